import { type Counters, countersOf, sumOf } from "./counters.ts";

/** What counts, on telemetry's way, what was sent back, given up or not made of it; by program and its port. */
const counted: Record<string, { port: string; names: readonly RegExp[]; labels?: RegExp }[]> = {
  collector: [
    {
      port: "collector-metrics",
      names: [/^otelcol_receiver_(refused|failed)_/, /^otelcol_exporter_(enqueue|send)_failed_/],
    },
    { port: "collector-metrics", names: [/^otelcol_exporter_sent_/], labels: /exporter="debug\/refused"/ },
  ],
  tempo: [
    {
      port: "tempo-http",
      names: [
        /^tempo_discarded_spans_total$/,
        /^tempo_metrics_generator_spans_discarded_total$/,
        /^tempo_metrics_generator_registry_series_limited_total$/,
      ],
    },
  ],
  loki: [{ port: "loki-http", names: [/^loki_discarded_samples_total$/] }],
  prometheus: [
    {
      port: "prometheus-http",
      names: [
        /^prometheus_tsdb_(out_of_order|too_old|out_of_bound)_samples_total$/,
        // Not lost, but late: rules that take longer than the time between two evaluations.
        /^prometheus_rule_group_iterations_missed_total$/,
      ],
    },
  ],
};

/** What each of these counters says now, by `<program> <name>`. */
export async function lossesOf(url: (port: string) => string): Promise<Record<string, number>> {
  const read = new Map<string, Counters>();
  const losses: Record<string, number> = {};
  for (const [program, sources] of Object.entries(counted)) {
    for (const { port, names, labels } of sources) {
      const counters = read.get(port) ?? (await countersOf(url(port)));
      read.set(port, counters);
      for (const one of counters) {
        if (!names.some((name) => name.test(one.name)) || labels?.test(one.labels) === false) continue;
        const key = `${program} ${one.name}`;
        losses[key] = (losses[key] ?? 0) + one.value;
      }
    }
  }
  return losses;
}

/** The bytes that wait in the Collector's queues. */
export const queuedBytes = async (url: (port: string) => string, timeoutMs: number): Promise<number> =>
  sumOf(await countersOf(url("collector-metrics"), timeoutMs), /^otelcol_exporter_queue_size$/);
