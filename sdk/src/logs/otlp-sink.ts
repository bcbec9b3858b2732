import type { Delivery, Scope } from "../delivery/record.ts";
import { logFields } from "../names/index.ts";
import { encodeLogRecord, type LogLine } from "../otlp/logs.ts";
import type { LogSink } from "./core.ts";

/**
 * Hands lines over for delivery, each as the record that it says. What is read is the very line that was written, so that
 * nothing leaves the process that stdout does not show.
 */
export class OtlpLogSink implements LogSink {
  readonly #delivery: Delivery;
  readonly #scope: Scope;
  #millisecond = 0;
  #nanoseconds = 0;

  constructor(delivery: Delivery, scope: Scope) {
    this.#delivery = delivery;
    this.#scope = scope;
  }

  accept(text: string, level: number): void {
    const line = JSON.parse(text) as LogLine;
    const millisecond = Number(line[logFields.time]);
    this.#nanoseconds = millisecond === this.#millisecond ? this.#nanoseconds + 1 : 0;
    this.#millisecond = millisecond;
    const bytes = encodeLogRecord({ line, level, nanoseconds: this.#nanoseconds });
    this.#delivery.offer({ scope: this.#scope, bytes, items: 1 });
  }
}
