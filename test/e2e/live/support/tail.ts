import assert from "node:assert/strict";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Live } from "../../../support/live.ts";

interface Message {
  streams: { values: [nanoseconds: string, line: string][] }[];
}

const waitMilliseconds = 60_000;

/** Lines as Loki sends them over a websocket while they come. */
export class Tail {
  readonly #socket: WebSocket;
  readonly #opened: Promise<unknown>;
  readonly #messages: Message[] = [];

  constructor(live: Live, query: string, headers: Record<string, string>) {
    const url = `${live.endpoint("loki").replace("http", "ws")}/loki/api/v1/tail?${new URLSearchParams({ query })}`;
    this.#socket = new WebSocket(url, { headers } as never);
    this.#opened = once(this.#socket, "open");
    this.#socket.addEventListener("message", ({ data }) =>
      this.#messages.push(JSON.parse(String(data)) as Message),
    );
  }

  opened = async (): Promise<void> => void (await this.#opened);

  /** The lines of the first message that has not been read. */
  async next(): Promise<string[]> {
    if (this.#messages.length === 0)
      await Promise.race([once(this.#socket, "message"), delay(waitMilliseconds, undefined, { ref: false })]);
    const { streams } = this.#messages.shift() ?? assert.fail("no line came");
    return streams.flatMap(({ values }) => values.map(([, line]) => line));
  }

  close = (): void => this.#socket.close();
}
