import { warnOnce } from "../diagnostics.ts";
import { boundedText } from "../otlp/plain.ts";

/** Sets metrics that are only looked up when they are read. */
export type Collector = () => void | Promise<void>;

/** What is called before metrics are read. */
export class Collectors {
  readonly #all = new Set<Collector>();

  /** Returns how to take it out again. */
  add(collect: Collector): () => void {
    this.#all.add(collect);
    return () => this.#all.delete(collect);
  }

  /** Calls all; one that fails keeps no other from it, and is warned of once. */
  async run(): Promise<void> {
    await Promise.all([...this.#all].map(attempt));
  }
}

async function attempt(collect: Collector): Promise<void> {
  try {
    await collect();
  } catch (error) {
    warnOnce("collect", `Some metrics could not be read: ${boundedText(error)}`);
  }
}
