import { createWriteStream } from "node:fs";
import { once } from "node:events";
import type { Series } from "./series.ts";

/** Prometheus' smallest block, in seconds: promtool reads a file once for each block that it touches. */
export const blockSeconds = 7200;

/** Writes the samples of one block after another, going on with counters where the one before ended. */
export class OpenMetricsWriter {
  readonly #series: readonly (Series & { text: string })[];
  readonly #everySeconds: number;
  readonly #totals: Float64Array;

  constructor(series: readonly Series[], everySeconds: number) {
    this.#series = series.map((each) => ({ ...each, text: each.name + selector(each.labels) }));
    this.#everySeconds = everySeconds;
    this.#totals = new Float64Array(series.length);
  }

  /** @returns how many samples were written, of the times from `from` (included) to `to` (excluded), in seconds since 1970. */
  async write(path: string, from: number, to: number): Promise<number> {
    const out = createWriteStream(path);
    const every = this.#everySeconds;
    let count = 0;
    for (const [
      index,
      { at, counts, text, from: begins = 0, to: ends = Infinity },
    ] of this.#series.entries()) {
      let lines = "";
      for (let seconds = from; seconds < to; seconds += every) {
        if (seconds < begins || seconds >= ends) continue;
        let value = at(seconds);
        if (counts) value = this.#totals[index] = (this.#totals[index] ?? 0) + value * every;
        lines += `${text} ${Math.round(value * 1e6) / 1e6} ${seconds}\n`;
        count += 1;
      }
      if (!out.write(lines)) await once(out, "drain");
    }
    out.end("# EOF\n");
    await once(out, "finish");
    return count;
  }
}

const selector = (labels: Series["labels"]) => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
};
