import { boundedText } from "../otlp/plain.ts";
import { parseRedactPath, type Segment, secretsAnywhere } from "./redact-path.ts";
import { quoted } from "./text.ts";

/** Written in the place of what is redacted. */
export const redacted = "[redacted]";

/** What a key leads to. */
export interface Step {
  /** The key as JSON writes it, with the colon; empty for an index. */
  readonly label: string;
  /** The value is not to be shown. */
  readonly hidden: boolean;
  /** Where the value's own keys lead on from. */
  readonly place: Place;
}

/** Steps remembered, of all places together. */
const mostSteps = 5_000;
/** Longer keys are not remembered. In UTF-16 code units. */
const longestKey = 128;

/**
 * What a log line may show, as an automaton: a place is what the rules still expect below a value, and a key leads from
 * place to place. Places are made when they are first reached, and what a key leads to is remembered: it costs one look-up,
 * whatever the rules are.
 */
export class Redaction {
  /** All rules, one after the other, each closed by `undefined`. A position is an index into this. */
  readonly #segments: (Segment | undefined)[] = [];
  readonly #starts: number[] = [];
  #places = new Map<string, Place>();
  #steps = 0;
  #root: Place;

  /**
   * `paths` are redacted besides the secrets that always are; their syntax: `parseRedactPath`.
   * @throws TypeError when one of them is no path.
   */
  constructor(paths: readonly string[]) {
    for (const rule of [secretsAnywhere, ...paths.map(parse)]) {
      this.#starts.push(this.#segments.length);
      this.#segments.push(...rule, undefined);
    }
    this.#root = this.#place(this.#starts);
  }

  /** Where the keys of a line's fields lead on from. */
  get root(): Place {
    return this.#root;
  }

  /** How many keys are remembered, in all places. */
  get remembered(): number {
    return this.#steps;
  }

  /** @internal What `key`, or an index of a list, leads to from `positions`. */
  step(positions: readonly number[], key: string | number): Step {
    const isIndex = typeof key === "number";
    const text = `${key}`;
    const next: number[] = [];
    for (const position of positions) {
      const segment = this.#segments[position];
      if (segment?.anyDepth || isIndex) next.push(position);
      if (segment && !segment.anyDepth && segment.matches(text)) next.push(position + 1);
    }
    return {
      label: isIndex ? "" : `${quoted(boundedText(text))}:`,
      hidden: next.some((position) => this.#segments[position] === undefined),
      place: this.#place(next),
    };
  }

  /** @internal Whether one more step may be remembered; from time to time all are forgotten. */
  remembers(key: string | number): boolean {
    if (typeof key === "string" && key.length > longestKey) return false;
    if (++this.#steps <= mostSteps) return true;
    this.#steps = 0;
    this.#places = new Map();
    this.#root = this.#place(this.#starts);
    return false;
  }

  #place(reached: readonly number[]): Place {
    const positions = new Set<number>();
    for (let position of reached) {
      positions.add(position);
      // `**` may stand for nothing at all.
      while (this.#segments[position]?.anyDepth) positions.add(++position);
    }
    const sorted = [...positions].sort((a, b) => a - b);
    const name = sorted.join();
    const known = this.#places.get(name);
    if (known) return known;
    const place = new Place(this, sorted);
    this.#places.set(name, place);
    return place;
  }
}

/** What the rules expect below a value. */
export class Place {
  readonly #redaction: Redaction;
  readonly #positions: readonly number[];
  readonly #steps = new Map<string | number, Step>();

  constructor(redaction: Redaction, positions: readonly number[]) {
    this.#redaction = redaction;
    this.#positions = positions;
  }

  /** What a key leads to; or an index, which rules may leave out. */
  step(key: string | number): Step {
    const known = this.#steps.get(key);
    if (known) return known;
    const step = this.#redaction.step(this.#positions, key);
    if (this.#redaction.remembers(key)) this.#steps.set(key, step);
    return step;
  }
}

function parse(path: string): readonly Segment[] {
  const rule = parseRedactPath(path);
  if (!rule) throw new TypeError(`"${path}" is no redaction path`);
  return rule;
}
