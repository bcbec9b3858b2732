import { randomFillSync } from "node:crypto";
import { INVALID_SPANID, INVALID_TRACEID } from "@opentelemetry/api";

const traceIdBytes = 16;
const spanIdBytes = 8;

/** Randomness is fetched for many ids at once: each time costs more than the bytes. */
const pool = Buffer.allocUnsafeSlow(4_096);
let used = pool.length;

/** 32 hexadecimal digits, not all zero. */
export function newTraceId(): string {
  const id = randomHex(traceIdBytes);
  return id === INVALID_TRACEID ? newTraceId() : id;
}

/** 16 hexadecimal digits, not all zero. */
export function newSpanId(): string {
  const id = randomHex(spanIdBytes);
  return id === INVALID_SPANID ? newSpanId() : id;
}

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const start = used;
  used += bytes;
  return pool.toString("hex", start, used);
}
