/** What is shed: 0 nothing; 1 most traces, and log lines less severe than info; 2 all traces; 3 all but metrics, errors and audit. */
export type SheddingLevel = 0 | 1 | 2 | 3;

/** Shares of the limit at which levels 1, 2 and 3 begin. */
export const thresholds = [0.7, 0.8, 0.9] as const;

/** A level ends this far below the share at which it began. */
export const margin = 0.1;

/** So many samples in a row above a threshold begin a level: what the next garbage collection frees is no pressure. */
export const samplesToRise = 2;

/** So many in a row below a level's end take it back, by one. */
export const samplesToFall = 5;

/** Makes levels of shares, such that neither a short peak nor a share that sways by less than the margin changes them often. */
export class Pressure {
  #level: SheddingLevel = 0;
  #above = 0;
  #below = 0;

  get level(): SheddingLevel {
    return this.#level;
  }

  /** Takes the next sample; answers with the level from now on. */
  sample(share: number): SheddingLevel {
    const reached = thresholds.filter((threshold) => share >= threshold).length as SheddingLevel;
    const begin = thresholds[this.#level - 1];
    this.#above = reached > this.#level ? this.#above + 1 : 0;
    this.#below = begin !== undefined && share < begin - margin ? this.#below + 1 : 0;
    if (this.#above >= samplesToRise) this.#change(reached);
    else if (this.#below >= samplesToFall) this.#change((this.#level - 1) as SheddingLevel);
    return this.#level;
  }

  #change(level: SheddingLevel): void {
    this.#level = level;
    this.#above = 0;
    this.#below = 0;
  }
}
