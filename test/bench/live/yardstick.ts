import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { seeded } from "../support/random.ts";
import { lineOf } from "./lines.ts";
import type { LoadSignal } from "./load.ts";
import { AppMetrics } from "./series.ts";
import { traceOf } from "./traces.ts";

/** As many items are compressed at once. */
const items = 1_000;
const rounds = 20;

/** What it costs on this machine, now, to compress 1,000 spans, lines and samples with gzip, in ms of CPU. */
export async function gzipMilliseconds(): Promise<Record<LoadSignal, number>> {
  const random = seeded(1);
  const identity = { tenant: "acme", service: "hub", instance: "bench-0" };
  const trace = traceOf(identity, random);
  const spans: Uint8Array[] = [];
  while (spans.length < items) spans.push(...traceOf(identity, random).spans);
  const lines = Array.from({ length: items }, (_, nanoseconds) =>
    lineOf(identity, trace, random, { ms: Date.now(), nanoseconds }),
  );
  const samples = await new AppMetrics(identity, items).snapshot(trace, random);
  return {
    spans: compress(spans.slice(0, items)),
    lines: compress(lines),
    series: compress(samples.map(({ bytes }) => bytes)),
  };
}

function compress(messages: readonly Uint8Array[]): number {
  const bytes = Buffer.concat(messages);
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) gzipSync(bytes);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / rounds;
}

const syncs = 100;
const pageBytes = 4096;

/** How long this machine takes, now, to write a page to the disk for good, in ms: the median. */
export function syncMilliseconds(): number {
  const folder = mkdtempSync(join(tmpdir(), "bench-live-sync-"));
  const file = openSync(join(folder, "page"), "w");
  try {
    const page = Buffer.alloc(pageBytes, 1);
    const times = Array.from({ length: syncs }, () => {
      const began = performance.now();
      writeSync(file, page);
      fdatasyncSync(file);
      return performance.now() - began;
    });
    return times.sort((one, other) => one - other)[syncs / 2] ?? NaN;
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}
