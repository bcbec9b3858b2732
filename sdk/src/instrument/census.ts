/** Sets a gauge: how many there are of `label`, of a tenant (undefined: the process's own). */
export type PublishCount = (label: string, count: number, tenantId: string | undefined) => void;

interface Present {
  readonly label: string;
  readonly tenantId: string | undefined;
  /** Those who see that it is there. */
  readonly witnesses: Set<Witness>;
}

/** Past so many labels of a tenant, the rest is counted together. */
const mostLabels = 100;
/** Who sees more than this come and none go does not see them go. */
const mostPresent = 10_000;

/**
 * What is there now (devices, plugins), for a gauge that is set when metrics are read: what came before `initialize()` counts
 * too. What several witnesses see counts once.
 */
export class Census {
  readonly #present = new Map<unknown, Present>();
  /** By tenant and label. One whose last member has gone stays, to be published as 0. */
  readonly #counts = new Map<string | undefined, Map<string, number>>();
  readonly #overflow: string;

  /** `overflow`: the label of what has no room for one of its own. */
  constructor(overflow: string) {
    this.#overflow = overflow;
  }

  publish(publish: PublishCount): void {
    for (const [tenantId, counts] of this.#counts) {
      for (const [label, count] of counts) publish(label, count, tenantId);
    }
  }

  /** Called by witnesses. Something that is there keeps its label and tenant. */
  add(witness: Witness, key: unknown, label: string, tenantId: string | undefined): boolean {
    const known = this.#present.get(key);
    if (known) {
      known.witnesses.add(witness);
      return true;
    }
    if (this.#present.size >= mostPresent) return false;
    const counts = this.#counts.get(tenantId) ?? new Map<string, number>();
    this.#counts.set(tenantId, counts);
    const admitted = counts.has(label) || counts.size < mostLabels ? label : this.#overflow;
    counts.set(admitted, (counts.get(admitted) ?? 0) + 1);
    this.#present.set(key, { label: admitted, tenantId, witnesses: new Set([witness]) });
    return true;
  }

  /** Called by witnesses. */
  remove(witness: Witness, key: unknown): void {
    const known = this.#present.get(key);
    if (!known?.witnesses.delete(witness) || known.witnesses.size > 0) return;
    this.#present.delete(key);
    const counts = this.#counts.get(known.tenantId);
    counts?.set(known.label, (counts.get(known.label) ?? 0) - 1);
  }
}

/** One who sees things come and go. */
export class Witness {
  readonly #census: Census;
  readonly #seen = new Set<unknown>();

  constructor(census: Census) {
    this.#census = census;
  }

  /** `key` tells things apart. */
  came(key: unknown, label: string, tenantId: string | undefined): void {
    if (this.#census.add(this, key, label, tenantId)) this.#seen.add(key);
  }

  /** What this one has not seen come is not counted off. */
  went(key: unknown): void {
    if (this.#seen.delete(key)) this.#census.remove(this, key);
  }

  /** Only these are there: of what this one has seen, all others have gone. */
  onlyThere(keys: ReadonlySet<unknown>): void {
    for (const key of this.#seen) if (!keys.has(key)) this.went(key);
  }

  /** Sees nothing any more. */
  leave(): void {
    for (const key of this.#seen) this.went(key);
  }
}
