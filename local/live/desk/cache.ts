interface Entry<Value> {
  value: Promise<Value>;
  at: number;
}

/** What was made a moment ago, for all who ask for the same. */
export class Cache<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #milliseconds: number;
  readonly #most: number;

  /**
   * @param milliseconds how long it is given out, from when it was first asked for.
   * @param most more than these are not kept.
   */
  constructor(milliseconds: number, most = 20) {
    this.#milliseconds = milliseconds;
    this.#most = most;
  }

  /** What `make` makes, now or a moment ago; those who ask meanwhile wait for the same. */
  get(key: string, make: () => Promise<Value>, now = Date.now()): Promise<Value> {
    const kept = this.#entries.get(key);
    if (kept && now - kept.at < this.#milliseconds) return kept.value;
    for (const [old, { at }] of this.#entries) if (now - at >= this.#milliseconds) this.#entries.delete(old);
    const value = make();
    this.#entries.set(key, { value, at: now });
    value.catch(() => this.#entries.delete(key));
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#most && oldest !== undefined) this.#entries.delete(oldest);
    return value;
  }
}
