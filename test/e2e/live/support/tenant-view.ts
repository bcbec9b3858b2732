import type { OtlpTrace } from "../../../../local/live/desk/traces/spans.ts";
import type { Live, Sample } from "../../../support/live.ts";

interface Exemplar {
  labels: Record<string, string>;
  value: string;
  timestamp: number;
}

/** Log lines with the same labels and structured metadata, which is what Loki makes of a stream. */
interface Stream {
  stream: Record<string, string>;
  values: [nanoseconds: string, line: string][];
}

/** A span as Tempo has it. */
interface StoredSpan {
  service: string;
  name: string;
  /** E.g. `SERVER`. */
  kind: string;
  id: string;
  /** Of the span that caused it, if any. */
  parentId: string | undefined;
}

/** What a tenant sees of the live stack, through the gateway and by its own token. */
export class TenantView {
  readonly #live: Live;
  readonly tenant: string;

  constructor(live: Live, tenant: string) {
    this.#live = live;
    this.tenant = tenant;
  }

  /** What a PromQL expression gives now. */
  async query(query: string): Promise<Sample[]> {
    const answer = await this.#ask<{ data: { result: Sample[] } }>("prometheus", "/api/v1/query", { query });
    return answer.data.result;
  }

  /** The exemplars of some series since a time, in seconds since 1970. */
  async exemplars(query: string, since: number): Promise<Exemplar[]> {
    const range = { start: String(since), end: String(Date.now() / 1000) };
    const answer = await this.#ask<{ data: { exemplars: Exemplar[] }[] }>(
      "prometheus",
      "/api/v1/query_exemplars",
      { query, ...range },
    );
    return answer.data.flatMap(({ exemplars }) => exemplars);
  }

  /** The newest lines of the last hour that a LogQL query finds. */
  async lines(query: string): Promise<Stream[]> {
    const answer = await this.#ask<{ data: { result: Stream[] } }>("loki", "/loki/api/v1/query_range", {
      query,
      limit: "100",
    });
    return answer.data.result;
  }

  /** The labels by which lines are indexed, of each stream that a selector finds. */
  async streams(selector: string): Promise<Record<string, string>[]> {
    const parameters = { "match[]": selector };
    return (await this.#ask<{ data: Record<string, string>[] }>("loki", "/loki/api/v1/series", parameters))
      .data;
  }

  /** The id of a trace that a TraceQL query finds; undefined when there is none. */
  async findTrace(q: string): Promise<string | undefined> {
    const { traces = [] } = await this.#ask<{ traces?: { traceID: string }[] }>("tempo", "/api/search", {
      q,
      limit: "1",
    });
    // Tempo leaves out zeros at the beginning.
    return traces[0]?.traceID.padStart(32, "0");
  }

  /** Whether a search finds the trace. */
  async findsTrace(id: string): Promise<boolean> {
    // With zeros at the beginning it would find none.
    return (await this.findTrace(`{ trace:id = "${id.replace(/^0+/, "")}" }`)) === id;
  }

  /** The spans of a trace; none while there are none. */
  async trace(id: string): Promise<StoredSpan[]> {
    const response = await fetch(`${this.#live.endpoint("tempo")}/api/traces/${id}`, {
      headers: { authorization: `Bearer ${this.#live.token(this.tenant)}` },
    });
    if (!response.ok) return [];
    const { batches = [] } = (await response.json()) as OtlpTrace;
    return batches.flatMap(({ resource, scopeSpans = [] }) => {
      const name = resource?.attributes?.find(({ key }) => key === "service.name");
      const service = name?.value?.stringValue ?? "";
      return scopeSpans.flatMap(({ spans = [] }) =>
        spans.map(({ spanId, parentSpanId, name = "", kind = "" }) => ({
          service,
          name,
          kind: kind.replace("SPAN_KIND_", ""),
          id: spanId,
          parentId: parentSpanId,
        })),
      );
    });
  }

  #ask = <T>(endpoint: string, path: string, parameters: Record<string, string> = {}): Promise<T> =>
    this.#live.ask<T>(this.tenant, endpoint, path, parameters);
}
