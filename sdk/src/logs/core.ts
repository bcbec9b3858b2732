import { isSpanContextValid, trace } from "@opentelemetry/api";
import { type Clock, systemClock } from "../clock.ts";
import { currentTenant } from "../context/tenant.ts";
import { warnOnce } from "../diagnostics.ts";
import type { SheddingLevel } from "../guard/pressure.ts";
import { type DropReason, logFields as names } from "../names/index.ts";
import { boundedText } from "../otlp/plain.ts";
import { levelNumbers, type LogLevel } from "./level.ts";
import { Redaction } from "./redaction.ts";
import { Stdout } from "./stdout.ts";
import { quoted } from "./text.ts";

/** Takes lines another way than stdout. */
export interface LogSink {
  /** `line`: as it was written, its end included; `level`: as pino numbers them. */
  accept(line: string, level: number): void;
}

/** Where lines are written. A destination of pino's is one. */
export interface LogDestination {
  /** `line`: its end included. */
  write(line: string): void;
  /** Returns when all that was written is out, or cannot get out for now. */
  flushSync?(): void;
}

export interface LogCoreOptions {
  readonly service: string;
  readonly environment: string;
  /** The least severe level that is written. */
  readonly level: LogLevel;
  /** What is redacted besides secrets; syntax: `parseRedactPath`. */
  readonly redactPaths: readonly string[];
  readonly sink?: LogSink | undefined;
  /** Default: stdout. */
  readonly destination?: LogDestination | undefined;
  /** Told of lines that the sink would have got. */
  readonly onDrop?: (reason: DropReason, lines: number) => void;
  readonly clock?: Clock;
}

/** What all lines of the process have in common, and where they go. */
export class LogCore {
  readonly level: LogLevel;
  readonly redaction: Redaction;
  readonly #common: string;
  readonly #sink: LogSink | undefined;
  readonly #destination: LogDestination;
  readonly #onDrop: ((reason: DropReason, lines: number) => void) | undefined;
  readonly #clock: Clock;
  #shedding: SheddingLevel = 0;

  /** @throws TypeError when one of the paths is none. */
  constructor(options: LogCoreOptions) {
    this.level = options.level;
    this.redaction = new Redaction(options.redactPaths);
    this.#common = `,"${names.service}":${quoted(options.service)},"${names.environment}":${quoted(options.environment)}`;
    this.#sink = options.sink;
    this.#destination = options.destination ?? new Stdout();
    this.#onDrop = options.onDrop;
    this.#clock = options.clock ?? systemClock;
  }

  /** Whether lines go anywhere but to the destination. */
  get isDelivered(): boolean {
    return this.#sink !== undefined;
  }

  /** From 1 on, lines less severe than info are not made; at 3, only errors and audit reach the sink; stdout keeps the rest. */
  setShedding(level: SheddingLevel): void {
    this.#shedding = level;
  }

  /** Whether a line of the level is to be made now. One that is not is counted. */
  admits(level: number): boolean {
    if (this.#shedding === 0 || level >= levelNumbers.info) return true;
    if (this.#sink) this.#onDrop?.("shed", 1);
    return false;
  }

  /** How a line begins: how severe it is, when it was made, and whose it is. */
  head(level: string, isAudit: boolean): string {
    const mark = isAudit ? auditMark : "";
    return `{"${names.level}":${quoted(level)}${mark},"${names.time}":${this.#clock.now()}${this.#common},"${names.tenantId}":${quoted(currentTenant())}${spanJson()}`;
  }

  /** Writes a line and hands it over. One that `mustNotBeLost` is out when this returns, if anything can take it. */
  write(line: string, level: number, mustNotBeLost: boolean): void {
    try {
      this.#destination.write(line);
      if (mustNotBeLost) this.#destination.flushSync?.();
    } catch (error) {
      warnOnce("log-destination", `the logger's destination refuses lines: ${boundedText(error)}`);
    }
    if (!this.#sink) return;
    if (this.#shedding === 3 && level < levelNumbers.error && !mustNotBeLost) {
      this.#onDrop?.("shed", 1);
      return;
    }
    try {
      this.#sink.accept(line, level);
    } catch (error) {
      this.#onDrop?.("invalid", 1);
      warnOnce("log-sink", `a log line could not be handed over: ${boundedText(error)}`);
    }
  }

  /** Counts lines that could not be made. */
  lose(lines: number): void {
    if (this.#sink) this.#onDrop?.("invalid", lines);
  }

  /** Writes what waits. */
  flushSync(): void {
    try {
      this.#destination.flushSync?.();
    } catch (error) {
      warnOnce("log-destination", `the logger's destination refuses lines: ${boundedText(error)}`);
    }
  }
}

const auditMark = `,"${names.audit}":true`;

/** The active span, so that lines and traces lead to each other. */
function spanJson(): string {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !isSpanContextValid(span)) return "";
  const { traceId, spanId, traceFlags } = span;
  return `,"${names.traceId}":"${traceId}","${names.spanId}":"${spanId}","${names.traceFlags}":"${hexByte(traceFlags)}"`;
}

const hexByte = (value: number) => (value & 0xff).toString(16).padStart(2, "0");
