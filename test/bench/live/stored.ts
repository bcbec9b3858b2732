import { countersOf, sumOf } from "./counters.ts";
import type { LoadSignal, Target } from "./load.ts";

/** What the backends have of what the load wrote. */
export interface Stored {
  items: Record<LoadSignal, number>;
  /** Series of the load that Prometheus knows. */
  activeSeries: number;
}

interface Answer {
  data: { result: { metric: Record<string, string>; value: [seconds: number, value: string] }[] };
}

/** The load's mark; what the rules make of its series has no instance. */
const ofLoad = 'instance=~"bench-.*"';

/** @param since the load's start, in milliseconds since 1970. */
export async function storedOf(
  url: (port: string) => string,
  { tenants }: Target,
  since: number,
): Promise<Stored> {
  const now = Date.now();
  const range = `[${now - since}ms]`;
  const at = `time=${now / 1000}`;
  const metrics = `${url("prometheus-http")}/api/v1/query?${at}`;
  const logs = `${url("gateway-loki")}/loki/api/v1/query?${at}`;
  const active = await ask(metrics, `count by (__name__) ({${ofLoad}, __name__!="target_info"})`);
  const samples: number[] = [];
  // One name after the other: without their names, series of two metrics could be the same.
  for (const { metric } of active)
    samples.push(total(await ask(metrics, `sum(count_over_time(${metric["__name__"]}{${ofLoad}}${range}))`)));
  const lines = tenants.map(({ token }) =>
    ask(logs, `sum(count_over_time({service_name=~".+"} ${range}))`, { authorization: `Bearer ${token}` }),
  );
  return {
    items: {
      spans: sumOf(await countersOf(url("tempo-http")), /^tempo_distributor_spans_received_total$/),
      lines: sum((await Promise.all(lines)).map(total)),
      series: sum(samples),
    },
    activeSeries: total(active),
  };
}

const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0);
const total = (result: Answer["data"]["result"]): number => sum(result.map(({ value }) => Number(value[1])));

async function ask(
  url: string,
  query: string,
  headers: Record<string, string> = {},
): Promise<Answer["data"]["result"]> {
  const response = await fetch(url, { method: "POST", headers, body: new URLSearchParams({ query }) });
  if (!response.ok) throw new Error(`${query}: ${response.status} ${await response.text()}`);
  return ((await response.json()) as Answer).data.result;
}
