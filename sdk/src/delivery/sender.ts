import type { Clock } from "../clock.ts";
import type { ExportFailureReason } from "../names/index.ts";
import { encodeRequest } from "../otlp/request.ts";
import { type Failure, judge, type Outcome } from "./answer.ts";
import type { Backlog } from "./backlog.ts";
import { type Batch, divide } from "./batch.ts";
import type { Complaints } from "./complaints.ts";
import type { Ledger } from "./ledger.ts";
import { Pace } from "./pace.ts";
import type { Parcel } from "./parcel.ts";
import { isDistrust } from "./tls-files.ts";
import type { Transport } from "./transport.ts";

export interface SenderOptions {
  /** Most requests at a time, while the backend answers. */
  parallel: number;
  /** Longest time that one request may take. */
  timeoutMs: number;
  /** Most bytes of records in one request; a record that is larger is tried alone. */
  maxRequestBytes: number;
  headers: () => Readonly<Record<string, string>>;
  transport: Transport;
  complaints: Complaints;
  backlog: Backlog;
  ledger: Ledger;
  clock: Clock;
  /** Something was sent, or could not be. */
  onProgress: () => void;
}

/**
 * Sends what waits, for ever. While the backend answers, several requests are under way; once one fails there is one at a time,
 * a probe, until one succeeds.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #pace = new Pace();
  readonly #requests = new Set<AbortController>();
  #sending = 0;
  #maxRequestBytes: number;
  #cancelWake: (() => void) | undefined;
  #isEnded = false;
  #reachable: { ok: boolean; reason?: ExportFailureReason; at: number } | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#maxRequestBytes = options.maxRequestBytes;
  }

  /** What the last answer was, or that there was none. */
  get reachable(): { ok: boolean; reason?: ExportFailureReason; at: number } | undefined {
    return this.#reachable;
  }

  get isProbing(): boolean {
    return this.#pace.isProbing;
  }

  /** Starts as many requests as may be under way. */
  pump(): void {
    const { parallel, clock, backlog } = this.#options;
    while (!this.#isEnded && this.#sending < (this.isProbing ? 1 : parallel)) {
      if (clock.now() < this.#pace.notBefore) return this.#wakeAt(this.#pace.notBefore);
      const parcel = backlog.take(this.isProbing);
      if (!parcel) return this.#wakeAt(backlog.nextTry);
      this.#sending++;
      void this.#send(parcel);
    }
  }

  /** Tries at once what would be tried after a pause, unless it was the backend that asked for it. */
  hurry(): void {
    this.#pace.hurry();
    this.#options.backlog.hurry();
    this.pump();
  }

  /** Breaks off what is under way; its outcome counts no more. */
  end(): void {
    this.#isEnded = true;
    this.#cancelWake?.();
    for (const request of this.#requests) request.abort();
    this.#options.transport.close();
  }

  async #send(parcel: Parcel): Promise<void> {
    const { backlog, onProgress } = this.#options;
    const loaded = await backlog.load(parcel);
    if (this.#isEnded) return;
    if (loaded === "later") this.#pace.postpone(parcel.notBefore);
    else if (loaded === "ready" && (await this.#sendAll(parcel, parcel.batches ?? [])))
      backlog.finish(parcel);
    this.#sending--;
    this.pump();
    onProgress();
  }

  /** False: something of it is still to be sent. */
  async #sendAll(parcel: Parcel, batches: Batch[]): Promise<boolean> {
    const { backlog, clock } = this.#options;
    for (let batch = batches[0]; batch; batch = batches[0]) {
      const pieces = divide(batch, this.#maxRequestBytes);
      if (pieces.length > 1) {
        batches.splice(0, 1, ...pieces);
        continue;
      }
      const startedAt = clock.now();
      const outcome = await this.#request(batch);
      if (this.#isEnded) return false;
      this.#note(outcome);
      if (outcome.kind === "failed") {
        this.#pace.failed(outcome, startedAt, clock.now());
        backlog.hold(parcel);
        return false;
      }
      this.#pace.succeeded();
      if (outcome.kind === "too_large" && batch.records.length > 1) {
        this.#maxRequestBytes = Math.ceil(batch.bytes / 2);
      } else {
        this.#settle(parcel, batch, outcome);
        batches.shift();
      }
    }
    return true;
  }

  async #request(batch: Batch): Promise<Outcome> {
    const { transport, headers, timeoutMs, clock } = this.#options;
    const request = new AbortController();
    this.#requests.add(request);
    const cancelTimeout = clock.after(timeoutMs, () => request.abort());
    try {
      const body = encodeRequest(batch.resource, batch.records);
      return judge(await transport.post(body, headers(), request.signal), clock.now());
    } catch (error) {
      if (request.signal.aborted) {
        return { kind: "failed", reason: "timeout", message: `no answer within ${timeoutMs} ms` };
      }
      const { code, message } = error as NodeJS.ErrnoException;
      const reason = isDistrust(error) ? "untrusted" : "unreachable";
      return { kind: "failed", reason, message: message || (code ?? "no connection") };
    } finally {
      cancelTimeout();
      this.#requests.delete(request);
    }
  }

  #note(outcome: Outcome): void {
    const { ledger, complaints, clock } = this.#options;
    const at = clock.now();
    if (outcome.kind === "acknowledged") {
      if (outcome.rejected > 0) complaints.about("rejected", `${outcome.rejected} items, ${outcome.message}`);
      else if (outcome.message) complaints.warning(outcome.message);
      this.#reachable = { ok: true, at };
      return;
    }
    const reason = outcome.kind === "failed" ? outcome.reason : outcome.kind;
    this.#reachable = { ok: false, reason, at };
    ledger.fail(reason);
    complaints.about(reason, outcome.message);
  }

  #settle(parcel: Parcel, { items }: Batch, outcome: Exclude<Outcome, Failure>): void {
    const { backlog } = this.#options;
    if (outcome.kind === "acknowledged") {
      const rejected = Math.min(Math.max(outcome.rejected, 0), items);
      if (rejected < items) backlog.deliver(parcel, items - rejected);
      backlog.giveUp(parcel, "rejected", rejected);
    } else {
      backlog.giveUp(parcel, outcome.kind, items);
    }
  }

  #wakeAt(time: number | undefined): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    if (time === undefined) return;
    const { clock } = this.#options;
    this.#cancelWake = clock.after(Math.max(time - clock.now(), 0), () => this.pump());
  }
}
