import type { Answer, Transport } from "../../src/delivery/transport.ts";
import type { Signal } from "../../src/names/index.ts";
import { partialSuccess } from "./backend.ts";
import { decodeRequest, recordsOf } from "./otlp-decode.ts";
import { nameOf } from "./records.ts";

const answers = {
  accept: (): Answer => ({ status: 200, contentType: "application/x-protobuf", body: new Uint8Array() }),
  rejectOne: (): Answer => ({
    status: 200,
    contentType: "application/x-protobuf",
    body: partialSuccess(1, "one"),
  }),
  reject: (): Answer => ({ status: 400, contentType: "text/plain", body: Buffer.from("bad") }),
  unauthorized: (): Answer => ({ status: 401, contentType: "", body: new Uint8Array() }),
  throttle: (): Answer => ({ status: 429, contentType: "", retryAfter: "20", body: new Uint8Array() }),
  fail: (): Answer => ({ status: 503, contentType: "", body: new Uint8Array() }),
  portal: (): Answer => ({ status: 200, contentType: "text/html", body: Buffer.from("<p>") }),
  disconnect: (): Answer => {
    throw new Error("no connection");
  },
  /** As `accept`, up to 500 bytes. */
  acceptSmall: (request: Uint8Array): Answer =>
    request.length > 500 ? { status: 413, contentType: "", body: new Uint8Array() } : answers.accept(),
};

export type Mood = keyof typeof answers | "hang";
export const moods: readonly Mood[] = [...(Object.keys(answers) as (keyof typeof answers)[]), "hang"];

/** A backend without a network, which answers at once if at all. */
export class FakeTransport implements Transport {
  mood: Mood = "accept";
  /** Names of the records in each request that it took whole, in order. */
  readonly taken: string[][] = [];
  requests = 0;
  #underWay = 0;
  mostAtOnce = 0;
  readonly #signal: Signal;

  constructor(signal: Signal) {
    this.#signal = signal;
  }

  async post(body: Uint8Array, _headers: unknown, signal: AbortSignal): Promise<Answer> {
    this.requests++;
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#underWay);
    try {
      if (this.mood === "hang") await new Promise((_, reject) => signal.addEventListener("abort", reject));
      // Others may be under way before this one is answered.
      await Promise.resolve();
      const answer = answers[this.mood as keyof typeof answers](body);
      const isWhole = answer.status === 200 && answer.body.length === 0;
      if (isWhole) this.taken.push(recordsOf(this.#signal, decodeRequest(this.#signal, body)).map(nameOf));
      return answer;
    } finally {
      this.#underWay--;
    }
  }

  close(): void {
    // There is no connection.
  }
}
