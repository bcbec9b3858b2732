import type { Live } from "../../../support/live.ts";
import { metricsOf } from "../../../support/promql.ts";
import { askBothPrometheus } from "./both-prometheus.ts";

interface Groups {
  data: { groups: { rules: { name: string; query: string }[] }[] };
}

interface Names {
  data: string[];
}

/** What the rules of a live stack record, and whether they have yet. */
export class Recordings {
  /** The metrics that are there. */
  readonly #there: ReadonlySet<string>;
  /** What each recorded series is made of, by its name. */
  readonly #queries: ReadonlyMap<string, string>;

  private constructor(there: ReadonlySet<string>, queries: ReadonlyMap<string, string>) {
    this.#there = there;
    this.#queries = queries;
  }

  /** As it is now. */
  static async of(live: Live): Promise<Recordings> {
    const names = await askBothPrometheus<Names>(live, "label/__name__/values");
    const groups = await askBothPrometheus<Groups>(live, "rules?type=record");
    const rules = groups.flatMap(({ data }) => data.groups.flatMap((group) => group.rules));
    return new Recordings(
      new Set(names.flatMap(({ data }) => data)),
      new Map(rules.map(({ name, query }) => [name, query])),
    );
  }

  /**
   * Whether an expression reads series that are not there yet, and will be when their rules are evaluated next: what those
   * read is there, or will be.
   */
  isComing(expr: string): boolean {
    const read = metricsOf(expr);
    return read.every(this.#willBe) && !read.every(this.#isThere);
  }

  /** A pattern of names is fulfilled by something. */
  #isThere = (metric: string): boolean => !/^[\w:]+$/.test(metric) || this.#there.has(metric);

  #willBe = (metric: string): boolean => {
    const query = this.#queries.get(metric);
    return this.#isThere(metric) || (query !== undefined && metricsOf(query).every(this.#willBe));
  };
}
