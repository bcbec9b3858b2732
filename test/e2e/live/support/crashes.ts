import assert from "node:assert/strict";
import type { Program } from "../../../../local/live/program.ts";
import { waitUntil } from "../../../../local/processes.ts";
import type { Live } from "../../../support/live.ts";
import { droppedRecords, queuedBytes } from "./counters.ts";
import type { Load, Stream } from "./load.ts";

interface Crash {
  program: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** On the way of what is sent; the others are behind the Collector's queues. */
const onTheWay = ["collector", "gateway"];
/** One request of such records is about 1 MiB. */
const paddingBytes = 16_000;

/** Ends programs of a live stack without a warning while something is sent through it, and starts them again. */
export class Crashes {
  readonly crashes: Crash[] = [];
  readonly #live: Live;
  readonly #programs: readonly Program[];
  readonly #load: Load;
  #dropped = 0;

  constructor(live: Live, programs: readonly Program[], load: Load) {
    this.#live = live;
    this.#programs = programs;
    this.#load = load;
  }

  /** The records that the Collector has given up in all its lives. */
  dropped = async (): Promise<number> => this.#dropped + (await droppedRecords(this.#live));

  /** Kills a program after so many requests of each stream; others follow before it is started again. */
  async one(program: string, requests: number): Promise<void> {
    this.#load.start();
    await this.#load.advance(requests);
    // What is killed while it writes to the object store, or while others do.
    if (program === "loki") await this.#flush();
    await this.#kill(program);
    if (program === "object-store") await this.#flush();
    if (onTheWay.includes(program)) await this.#load.repeat();
    else await this.#load.advance(5);
    await this.#recover();
  }

  /**
   * Kills backends, and then the Collector when its queues have no room for some streams any more, while it goes on to take
   * what the others send.
   */
  async withFullQueues(backends: readonly string[], streams: readonly Stream[]): Promise<void> {
    this.#load.start();
    await this.#load.advance(5);
    for (const backend of backends) await this.#kill(backend);
    for (const stream of streams) stream.paddingBytes = paddingBytes;
    const areFull = () => streams.every(({ refusals }) => refusals > 1);
    assert.ok(await waitUntil(areFull, 60), "the queues do not fill");
    await this.#load.advance(
      3,
      this.#load.streams.filter((stream) => !streams.includes(stream)),
    );
    assert.ok(areFull(), "the queues have room again");
    await this.#kill("collector");
    for (const stream of streams) stream.paddingBytes = 0;
    await this.#recover();
  }

  async #kill(program: string): Promise<void> {
    if (program === "collector") this.#dropped += await droppedRecords(this.#live);
    await this.#live.kill(program);
    this.crashes.push({ program, at: Date.now() });
  }

  /** Starts what does not run, and waits until everything that was sent is with a backend. */
  async #recover(): Promise<void> {
    await this.#live.run(this.#programs);
    await this.#load.advance(1);
    await this.#load.stop();
    await drained(this.#live);
    for (const { name } of this.#programs) assert.doesNotMatch(this.#live.logOf(name), /panic/, name);
  }

  /** Asks Loki and Tempo to write to the object store what they hold. */
  async #flush(): Promise<void> {
    await fetch(`${this.#live.direct("loki-http")}/flush`, { method: "POST" });
    await fetch(`${this.#live.direct("tempo-http")}/flush`);
  }
}

/** Resolves when everything that the Collector has taken is with a backend. */
export async function drained(live: Live): Promise<void> {
  const areEmpty = async () => (await queuedBytes(live)) === 0;
  assert.ok(await waitUntil(areEmpty, 120, 100), "the Collector's queues do not drain");
}
