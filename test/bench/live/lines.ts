import { encodeLogRecord } from "../../../sdk/src/otlp/logs.ts";
import { environment, type Identity } from "./identity.ts";
import type { Trace } from "./traces.ts";

const levels = [
  { level: "debug", number: 20, share: 0.1 },
  { level: "info", number: 30, share: 0.85 },
  { level: "warn", number: 40, share: 0.04 },
  { level: "error", number: 50, share: 0.01 },
] as const;

const pick = (random: () => number, count: number) => Math.floor(random() * count);

/** A line of about 200 bytes that belongs to a trace, as a protobuf message `LogRecord`. */
export function lineOf(
  { tenant, service }: Identity,
  { traceId, spanId }: Pick<Trace, "traceId" | "spanId">,
  random: () => number,
  { ms, nanoseconds }: { ms: number; nanoseconds: number },
): Uint8Array {
  const device = pick(random, 1_000_000).toString(16);
  let rest = random();
  const { level, number } = levels.find(({ share }) => (rest -= share) < 0) ?? levels[1];
  const msg =
    `reading ${pick(random, 1_000_000)} of device ${device} taken in ${(random() * 80).toFixed(1)} ms: ` +
    `${pick(random, 64)} values between ${(random() * 10).toFixed(3)} and ${(10 + random() * 90).toFixed(3)} kg, ` +
    `stored for site-${pick(random, 20)} line-${pick(random, 6)} after ${1 + pick(random, 2)} attempts, ` +
    `next reading due in ${pick(random, 60)} s`;
  return encodeLogRecord({
    level: number,
    nanoseconds,
    line: {
      time: ms,
      level,
      msg,
      service,
      environment,
      tenant_id: tenant,
      trace_id: traceId,
      span_id: spanId,
      trace_flags: "01",
      component: "readings",
      device,
      plugin: `plugin-${pick(random, 12)}`,
    },
  });
}
