import assert from "node:assert/strict";
import type { Live } from "../../../support/live.ts";

/** Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)$/;

/** The sum of a program's series whose name and labels match, as it tells them itself; 0 when it has none. */
async function sumOf(live: Live, port: string, name: RegExp, labels = /(?:)/): Promise<number> {
  const response = await fetch(`${live.direct(port)}/metrics`);
  assert.ok(response.ok, `${port}: ${response.status}`);
  return (await response.text())
    .split("\n")
    .map((line) => sample.exec(line))
    .filter((found) => found && name.test(found[1] ?? "") && labels.test(found[2] ?? ""))
    .reduce((sum, found) => sum + Number(found?.[3]), 0);
}

/** Bytes that wait in the Collector, on disk, to be sent. */
export const queuedBytes = (live: Live): Promise<number> =>
  sumOf(live, "collector-metrics", /^otelcol_exporter_queue_size$/);

type Kind = "spans" | "log_records" | "metric_points";

/** Records that the Collector has taken from who may not speak for their tenant, and given up, since it was started. */
export const refusedRecords = (live: Live, kind: Kind): Promise<number> =>
  sumOf(live, "collector-metrics", new RegExp(`^otelcol_exporter_sent_${kind}_total$`), /debug\/refused/);

/** Records that the Collector has given up because a backend refused them for good, since it was started. */
export const droppedRecords = (live: Live): Promise<number> =>
  sumOf(live, "collector-metrics", /^otelcol_exporter_send_failed_/);

/** Lines that Loki has given up for their age since it was started; the Collector counts all those of their request. */
export const tooOldLines = (live: Live): Promise<number> =>
  sumOf(live, "loki-http", /^loki_discarded_samples_total$/, /greater_than_max_sample_age/);
