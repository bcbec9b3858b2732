import { queue } from "../../../infra/backends/collector/queue.ts";
import { tempoConfig } from "../../../infra/backends/tempo.ts";
import { bytesPerSecond } from "../../../infra/backends/tenants.ts";
import type { StackConfig } from "../../../infra/config/schema.ts";
import { mebibytes, milliCpu } from "../../../infra/quantities.ts";
import { sizesOf, type Workload } from "../../../infra/sizes.ts";
import type { Cost } from "./costs.ts";
import type { LoadSignal, Rates } from "./load.ts";
import { pushSeconds } from "./load.ts";
import type { Phase } from "./phase.ts";

/** The programs that are deployed, and by what name the table of sizes knows them. */
export const workloadOf: Record<string, Workload> = {
  gateway: "gateway",
  collector: "collector",
  tempo: "tempo",
  loki: "loki",
  prometheus: "prometheus",
  "long-term-prometheus": "longTermPrometheus",
  alertmanager: "alertmanager",
  "prom-label-proxy": "promLabelProxy",
  "prometheus-operator": "prometheusOperator",
};

/** How full something is at rest and under the load. */
export interface Room {
  what: string;
  kind: "CPU" | "memory" | "volume" | "rate";
  rest: number;
  loaded: number;
  limit: number;
  /** At so many times the load it is full, if it goes on as it began; infinite when the load does not fill it. */
  fullAt: number;
}

const room = (what: string, kind: Room["kind"], rest: number, loaded: number, limit: number): Room => ({
  what,
  kind,
  rest,
  loaded,
  limit,
  fullAt: loaded > rest ? (limit - rest) / (loaded - rest) : Infinity,
});

/** What the stack's size gives each program of CPU (cores) and memory (bytes), and what it takes of that. */
export function roomOfPrograms(stack: StackConfig, rest: Phase, loaded: Phase): Room[] {
  const sizes = sizesOf(stack);
  return Object.entries(workloadOf).flatMap(([program, workload]) => {
    const { cpu, memory } = sizes[workload].resources.limits;
    const [idle, busy] = [rest.programs[program], loaded.programs[program]];
    if (!idle || !busy) return [];
    return [
      room(program, "CPU", idle.cpuPerSecond, busy.cpuPerSecond, milliCpu(cpu) / 1000),
      room(program, "memory", idle.peakAnonymousBytes, busy.peakAnonymousBytes, mebibytes(memory) * 2 ** 20),
    ];
  });
}

const gibibyte = 2 ** 30;
/** Of Tempo: a block stays on the volume for this long after it has reached the bucket. Source: Tempo's default of complete_block_timeout. */
const tempoKeepsBlockMinutes = 15;
/** Of Loki: the log is cut at every checkpoint, and what came since the last but one is still there. Source: its default of checkpoint_duration. */
const lokiKeepsLogMinutes = 2 * 5;
/** Of Prometheus: the head, and with it its log, is cut when it holds one and a half blocks of two hours. Source: its documentation on storage. */
const prometheusKeepsLogHours = 3;
/** Source: https://prometheus.io/docs/prometheus/latest/storage/#operational-aspects, "1-2 bytes per sample". */
const prometheusBytesPerSample = 2;

/** What volumes hold, in bytes, once they have been written to at these rates for as long as they keep what they hold. */
export function roomOnVolumes(stack: StackConfig, costs: Record<LoadSignal, Cost>, rates: Rates): Room[] {
  const sizes = sizesOf(stack);
  const limit = (workload: Workload) => (sizes[workload].volumeGiB ?? 0) * gibibyte;
  const perItem = (signal: LoadSignal, program: string) => (costs[signal].volumeBytes[program] ?? NaN) / 1000;
  const tempoMinutes =
    Number.parseInt(tempoConfig(stack, "").ingester.max_block_duration, 10) + tempoKeepsBlockMinutes;
  const samplesPerSecond = rates.series / pushSeconds;
  const prometheusSeconds = stack.prometheus.retentionDays * 86_400;
  return [
    room(
      "tempo",
      "volume",
      0,
      rates.spansPerSecond * tempoMinutes * 60 * perItem("spans", "tempo"),
      limit("tempo"),
    ),
    room(
      "loki",
      "volume",
      0,
      rates.linesPerSecond * lokiKeepsLogMinutes * 60 * perItem("lines", "loki"),
      limit("loki"),
    ),
    room(
      "prometheus",
      "volume",
      0,
      samplesPerSecond *
        (prometheusSeconds * prometheusBytesPerSample +
          prometheusKeepsLogHours * 3600 * perItem("series", "prometheus")),
      limit("prometheus"),
    ),
  ];
}

/** What a tenant may write, in bytes per second, and what the one that writes most does. */
export function roomOfTenants(stack: StackConfig, costs: Record<LoadSignal, Cost>, rates: Rates): Room[] {
  const share = 1 / stack.tenants.length;
  const [tenant] = stack.tenants;
  if (!tenant) throw new Error("The stack has no tenant.");
  return [
    room(
      "a tenant's spans",
      "rate",
      0,
      (share * rates.spansPerSecond * costs.spans.sentBytes) / 1000,
      bytesPerSecond(tenant.tracesMiBPerSecond),
    ),
    room(
      "a tenant's lines",
      "rate",
      0,
      (share * rates.linesPerSecond * costs.lines.sentBytes) / 1000,
      bytesPerSecond(tenant.logsMiBPerSecond),
    ),
  ];
}

/** For how many minutes of a backend's absence the Collector's queues take what comes, by signal. */
export function bridgedMinutes(
  stack: StackConfig,
  costs: Record<LoadSignal, Cost>,
  rates: Rates,
): Record<LoadSignal, number> {
  const queueBytes = queue(stack).queue_size;
  const minutes = (itemsPerSecond: number, signal: LoadSignal) =>
    queueBytes / ((itemsPerSecond / stack.tenants.length) * (costs[signal].sentBytes / 1000)) / 60;
  return {
    spans: minutes(rates.spansPerSecond, "spans"),
    lines: minutes(rates.linesPerSecond, "lines"),
    series: minutes(rates.series / pushSeconds, "series"),
  };
}
