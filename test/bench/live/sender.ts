import { judge } from "../../../sdk/src/delivery/answer.ts";
import { type Transport, httpTransport } from "../../../sdk/src/delivery/transport.ts";
import type { Tally } from "./load.ts";

/** Longest that an app waits for an answer, in ms. Source: the SDK's default of exportTimeoutMs. */
const timeoutMs = 10_000;
const connectionsPerApp = 2;

/** A request with what it holds. */
export interface Parcel {
  body: Uint8Array;
  /** Spans, lines or samples. */
  items: number;
  /** Traces; else as many as items. */
  groups: number;
}

/** Sends requests of one signal, as the SDK does, but for that it sends each once; counts what becomes of them. */
export class Sender {
  readonly #url: string;
  readonly #transports = new Map<string, Transport>();
  readonly #running = new Set<Promise<void>>();
  readonly #tally: Omit<Tally, "answerMs"> = {
    sent: 0,
    accepted: 0,
    refused: {},
    groups: 0,
    requests: 0,
    bytes: 0,
  };
  #answerMs: number[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  /** @param app whose connection is used. */
  send(app: string, token: string, parcel: Parcel): void {
    const sending = this.#send(app, token, parcel).finally(() => this.#running.delete(sending));
    this.#running.add(sending);
  }

  /** Resolves when everything that has been sent is answered. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  report(): Tally {
    const sorted = this.#answerMs.sort((a, b) => a - b);
    this.#answerMs = [];
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
    const { refused, ...counts } = this.#tally;
    return { ...counts, refused: { ...refused }, answerMs: { p50: at(0.5), p99: at(0.99) } };
  }

  async #send(app: string, token: string, { body, items, groups }: Parcel): Promise<void> {
    const tally = this.#tally;
    tally.sent += items;
    tally.requests += 1;
    tally.bytes += body.length;
    const began = performance.now();
    const refuse = (reason: string, some: number) =>
      (tally.refused[reason] = (tally.refused[reason] ?? 0) + some);
    try {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await this.#transportOf(app).post(body, headers, AbortSignal.timeout(timeoutMs));
      const outcome = judge(answer, Date.now());
      if (outcome.kind !== "acknowledged") refuse(String(answer.status), items);
      else {
        if (outcome.rejected > 0) refuse("in part", outcome.rejected);
        tally.accepted += items - outcome.rejected;
        tally.groups += groups;
      }
    } catch (error) {
      refuse((error as Error).name === "TimeoutError" ? "no answer" : String(error), items);
    }
    this.#answerMs.push(performance.now() - began);
  }

  #transportOf(app: string): Transport {
    const transport = this.#transports.get(app) ?? httpTransport(this.#url, connectionsPerApp);
    this.#transports.set(app, transport);
    return transport;
  }
}
