import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { waitUntil } from "../../../../local/processes.ts";
import { counterOf, linesOf, type Numbers, post, type Signal, spansOf } from "./otlp.ts";

/** Records that were sent together and are acknowledged. */
export interface Accepted extends Numbers {
  signal: Signal;
  /** Of spans; hexadecimal. */
  traceId: string;
  /** When they were made, in milliseconds since 1970. */
  madeAt: number;
}

const signals: readonly Signal[] = ["traces", "logs", "metrics"];
/** Records of one request; of a counter, the increments since the request before. */
const recordsPerRequest = { traces: 10, logs: 20, metrics: 5 } as const;
const paddedRecordsPerRequest = 60;
const pauseMilliseconds = 100;
const longestWaitMilliseconds = 1000;
const progressSeconds = 60;

/** What an OTLP client sends again. Source: https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const retryable = [429, 502, 503, 504];
/** Of the Collector: it has no room. The gateway answers otherwise when it does not reach the Collector. */
const noRoom = 503;

/**
 * Numbered spans, lines and increments of tenants: one request after the other for each tenant's signal, and each again until
 * it is acknowledged, as OTLP clients do. So all that was made is accepted by the time that `stop` resolves.
 */
export class Load {
  readonly service: string;
  readonly accepted: Accepted[] = [];
  readonly streams: readonly Stream[];
  readonly #end = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  #isStopping = false;

  /**
   * @param service in whose name they are sent; nobody else's.
   * @param tokens by tenant.
   */
  constructor(otlp: string, service: string, tokens: Record<string, string>) {
    this.service = service;
    this.streams = Object.entries(tokens).flatMap(([tenant, token]) =>
      signals.map((signal) => new Stream({ otlp, service, tenant, token, signal, end: this.#end.signal })),
    );
  }

  start(): void {
    this.#isStopping = false;
    this.#running = Promise.all(this.streams.map((stream) => this.#run(stream)));
    // `stop` tells of it.
    this.#running.catch(() => undefined);
  }

  /** Makes no more, and resolves when all that was made is accepted. Throws when something was refused for good. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  /** Ends at once, whatever is accepted. */
  async end(): Promise<void> {
    this.#end.abort(new Error("the load has been ended"));
    await this.#running.catch(() => undefined);
  }

  /** Resolves when each of the streams has had so many further requests accepted. */
  advance = (requests: number, streams = this.streams): Promise<void> =>
    progress(streams, "acceptances", requests);

  /** Resolves when each stream has had to send a request again. */
  repeat = (): Promise<void> => progress(this.streams, "repetitions", 1);

  async #run(stream: Stream): Promise<void> {
    while (!this.#isStopping) {
      this.accepted.push(await stream.send());
      if (stream.paddingBytes === 0) await delay(pauseMilliseconds);
    }
  }
}

async function progress(
  streams: readonly Stream[],
  count: "acceptances" | "repetitions",
  by: number,
): Promise<void> {
  const goals = streams.map((stream) => ({ stream, wanted: stream[count] + by }));
  const behind = () => goals.filter(({ stream, wanted }) => stream[count] < wanted);
  if (await waitUntil(() => behind().length === 0, progressSeconds)) return;
  const names = behind().map(({ stream: { signal, tenant } }) => `${signal} of ${tenant}`);
  throw new Error(`no ${count} in ${progressSeconds} s: ${names.join(", ")}`);
}

interface StreamOptions {
  otlp: string;
  service: string;
  tenant: string;
  token: string;
  signal: Signal;
  /** Ends what is under way. */
  end: AbortSignal;
}

/** What a tenant sends of one signal. */
export class Stream {
  readonly tenant: string;
  readonly signal: Signal;
  /** Makes each span or line so many bytes longer, and requests follow upon each other. */
  paddingBytes = 0;
  /** Requests. */
  acceptances = 0;
  /** How often a request was refused, or its connection broke, and it had to be sent again. */
  repetitions = 0;
  /** How often in a row there was no room for what is to be sent. */
  refusals = 0;
  readonly #otlp: string;
  readonly #service: string;
  readonly #token: string;
  readonly #end: AbortSignal;
  readonly #startedAt = Date.now();
  #next = 0;

  constructor({ otlp, service, tenant, token, signal, end }: StreamOptions) {
    this.tenant = tenant;
    this.signal = signal;
    this.#otlp = otlp;
    this.#service = service;
    this.#token = token;
    this.#end = end;
  }

  /** Makes the next records and sends them until they are accepted. */
  async send(): Promise<Accepted> {
    const { tenant, signal } = this;
    const count = this.paddingBytes > 0 ? paddedRecordsPerRequest : recordsPerRequest[signal];
    const numbers = { tenant, first: this.#next, count };
    this.#next += count;
    const made = { ...numbers, signal, traceId: randomBytes(16).toString("hex"), madeAt: Date.now() };
    const body = this.#bodyOf(made);
    let waitMilliseconds = 50;
    while (!(await this.#isAccepted(body))) {
      this.#end.throwIfAborted();
      this.repetitions += 1;
      await delay(waitMilliseconds);
      waitMilliseconds = Math.min(2 * waitMilliseconds, longestWaitMilliseconds);
    }
    this.acceptances += 1;
    return made;
  }

  #bodyOf(made: Accepted): object {
    const origin = { service: this.#service, paddingBytes: this.paddingBytes };
    if (made.signal === "traces") return spansOf(made, made.traceId, origin);
    if (made.signal === "logs") return linesOf(made, origin);
    return counterOf(made, this.#startedAt, origin);
  }

  async #isAccepted(body: object): Promise<boolean> {
    const answer = await post(this.#otlp, this.#token, this.signal, body).catch(() => undefined);
    this.refusals = answer?.status === noRoom ? this.refusals + 1 : 0;
    // A connection that breaks says nothing of what was accepted.
    if (!answer || retryable.includes(answer.status)) return false;
    if (answer.isAccepted) return true;
    throw new Error(`${this.signal} of ${this.tenant} are refused: ${answer.status} ${answer.text}`);
  }
}
