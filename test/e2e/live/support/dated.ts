import assert from "node:assert/strict";
import { loki } from "../../../../local/live/programs/loki.ts";
import { tempo } from "../../../../local/live/programs/tempo.ts";
import type { Live } from "../../../support/live.ts";
import { spansOf } from "./otlp.ts";
import { Replica } from "./replica.ts";

/**
 * A replica of Loki that takes old lines and ends: they are then where old lines are, in the bucket and in no process'
 * memory. (A process of the live stack would have them in its log and its index for some more minutes.)
 */
export class ReplicaOfLoki {
  readonly #replica: Replica;

  private constructor(replica: Replica) {
    this.#replica = replica;
  }

  /** It writes, and leaves it to the live stack to compact and delete. */
  static start = async (live: Live): Promise<ReplicaOfLoki> =>
    new ReplicaOfLoki(await Replica.start(live, loki, { args: ["-target=write"] }));

  /**
   * Lines of a tenant's service, a millisecond apart; a word `name=value` goes to a line's structured metadata.
   * @param at of the first, in milliseconds since 1970.
   */
  async write(tenant: string, service: string, at: number, lines: readonly string[]): Promise<void> {
    const values = lines.map((line, index) => {
      const [text, ...fields] = line.split(" ");
      return [`${at + index}000000`, text, Object.fromEntries(fields.map((field) => field.split("=")))];
    });
    const streams = [{ stream: { service_name: service }, values }];
    await send(`${this.#replica.url("http")}/loki/api/v1/push`, tenant, { streams });
  }

  end = (): Promise<void> => this.#replica.stop();
}

/** The same for traces: a replica of Tempo that believes spans that they are so old, and leaves compaction to the live stack. */
export class ReplicaOfTempo {
  readonly #replica: Replica;

  private constructor(replica: Replica) {
    this.#replica = replica;
  }

  static start = async (live: Live): Promise<ReplicaOfTempo> =>
    new ReplicaOfTempo(
      await Replica.start(live, tempo, {
        settings: {
          "storage.trace.wal.ingestion_time_range_slack": "1000h",
          "compactor.disabled": true,
          // Its own port speaks gRPC alone.
          "distributor.receivers.otlp.protocols": ({ at }) => ({ http: { endpoint: at("tempo-otlp") } }),
        },
      }),
    );

  /** A trace of one span. @param at in milliseconds since 1970. */
  write = (tenant: string, traceId: string, at: number): Promise<void> =>
    send(
      `${this.#replica.url("otlp")}/v1/traces`,
      tenant,
      spansOf({ tenant, first: 0, count: 1 }, traceId, { at }),
    );

  /** Has what was written in blocks: later spans go to others. */
  async flush(): Promise<void> {
    const response = await fetch(`${this.#replica.url("http")}/flush`, { method: "POST" });
    assert.ok(response.ok, `${response.status} ${await response.text()}`);
  }

  end = (): Promise<void> => this.#replica.stop();
}

async function send(url: string, tenant: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "X-Scope-OrgID": tenant },
    body: JSON.stringify(body),
  });
  assert.ok(response.ok, `${response.status} ${await response.text()}`);
}
