import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { eventually, type Live, sharedLive } from "../../support/live.ts";
import { Backfill } from "./support/backfill.ts";
import { Bucket } from "./support/bucket.ts";
import { ReplicaOfLoki, ReplicaOfTempo } from "./support/dated.ts";
import { linesFound, spansFound } from "./support/stored.ts";

/** What dev keeps; of globex longer than of other tenants. */
const retentionHours = { acme: 72, globex: 96 };
const retentionDays = { prometheus: 3, "long-term-prometheus": 400 };

const hour = 3_600_000;
/** How long the oldest are still to be kept when they are written: time to see that they are. */
const graceSeconds = 60;
/** Loki lets a minute pass before it does what it is asked to, and removes objects once a minute. */
const goneSeconds = 240;

const say = (line: string) => console.log(`      ${line}`);

describe("the live stack", function () {
  this.timeout(300_000);
  let live: Live;
  let logs: Bucket;
  let traces: Bucket;
  const backfill = new Backfill();

  const newer = Date.now() - 5 * hour;
  const erased = Date.now() - 6 * hour;
  /** Of what acme is to keep until `edge`, and globex longer. */
  let oldest: number;
  let edge: number;
  let requestedAt: number;
  const oldTrace = randomBytes(16).toString("hex");
  const newTrace = randomBytes(16).toString("hex");
  const blocks = { old: "", otherOld: "", newer: "" };

  const lines = async (tenant: string, service: string) =>
    (await linesFound(live, tenant, oldest - hour, service)).sort();
  const spans = async (tenant: string, traceId: string) => (await spansFound(live, tenant, [traceId])).length;
  /** When something was seen gone, in milliseconds since 1970. */
  const gone = (what: string, isGone: () => boolean | Promise<boolean>): Promise<number> =>
    eventually(`${what} gone`, goneSeconds, async () => ((await isGone()) ? Date.now() : undefined), 1000);

  /** All that is to go, watched at the same time. */
  const watch = () => ({
    lines: gone("the old lines", async () => (await lines("acme", "ledger")).length === 1),
    chunk: gone("their chunk", () => logs.chunksFrom("acme", oldest).length === 0),
    trace: gone("the old trace", async () => (await spans("acme", oldTrace)) === 0),
    block: gone("its block", () => traces.objectsOf("acme", blocks.old).length === 0),
    erasedLines: gone("the erased lines", async () => (await lines("acme", "shop")).length === 1),
    erasedChunk: gone("their chunk", () => logs.chunksFrom("acme", erased).length === 0),
  });
  let going: ReturnType<typeof watch>;

  async function write() {
    const [loki, tempo] = await Promise.all([ReplicaOfLoki.start(live), ReplicaOfTempo.start(live)]);
    try {
      edge = Date.now() + graceSeconds * 1000;
      oldest = edge - retentionHours.acme * hour;
      await tempo.write("acme", oldTrace, oldest);
      await tempo.write("globex", oldTrace, oldest);
      await tempo.flush();
      await tempo.write("acme", newTrace, newer);
      await loki.write("acme", "ledger", oldest, ["old", "older"]);
      await loki.write("globex", "ledger", oldest, ["old", "older"]);
      await loki.write("acme", "ledger", newer, ["newer"]);
      await loki.write("acme", "shop", erased, ["order user=42", "return user=7", "refund user=42"]);
      await loki.write("globex", "shop", erased, ["order user=42"]);
    } finally {
      await Promise.all([loki.end(), tempo.end()]);
    }
  }

  /** That all of it is in the buckets and found there. */
  async function see() {
    await eventually("lines", 60, async () => {
      const found = await Promise.all([
        lines("acme", "ledger"),
        lines("globex", "ledger"),
        lines("acme", "shop"),
        lines("globex", "shop"),
      ]);
      return found.flat().length === 9 ? found : undefined;
    });
    for (const [tenant, at] of [
      ["acme", oldest],
      ["globex", oldest],
      ["acme", newer],
      ["acme", erased],
      ["globex", erased],
    ] as const)
      assert.equal(logs.chunksFrom(tenant, at).length, 1);
    await eventually("traces", 60, async () => {
      const found = await Promise.all([
        spans("acme", oldTrace),
        spans("globex", oldTrace),
        spans("acme", newTrace),
      ]);
      return found.every((count) => count > 0) ? found : undefined;
    });
    blocks.old = traces.blockAt("acme", oldest);
    blocks.otherOld = traces.blockAt("globex", oldest);
    blocks.newer = traces.blockAt("acme", newer);
    assert.ok(Date.now() < edge, `it took longer than ${graceSeconds} s to see what is to be kept`);
  }

  /** As docs/troubleshooting.md tells an operator. */
  async function askForErasure() {
    const url = `${live.direct("loki-http")}/loki/api/v1/delete`;
    const headers = { "X-Scope-OrgID": "acme" };
    const query = '{service_name="shop"} | user="42"';
    const start = new Date(erased - hour).toISOString();
    requestedAt = Date.now();
    const { status } = await fetch(`${url}?${new URLSearchParams({ query, start })}`, {
      method: "POST",
      headers,
    });
    assert.equal(status, 204);
    const listed = (await (await fetch(url, { headers })).json()) as { query: string; status: string }[];
    assert.ok(listed.some((request) => request.query === query && request.status === "received"));
  }

  before(async () => {
    live = await sharedLive();
    logs = new Bucket(live, "logs");
    traces = new Bucket(live, "traces");
    await Promise.all([write(), backfill.write(live, retentionDays)]);
    await see();
    await askForErasure();
    going = watch();
    // Each test tells of its own.
    void Promise.allSettled(Object.values(going));
  });
  after(() => backfill.remove());

  const tell = (what: string, found: number, stored: number, since: number) => {
    const [queries, bucket] = [found, stored].map((time) => ((time - since) / 1000).toFixed(0));
    say(`${what}: left queries after ${queries} s, the bucket after ${bucket} s`);
  };

  it("drops lines at the end of their tenant's retention from queries and from the bucket, newer ones not", async () => {
    tell("lines at the end of their retention", await going.lines, await going.chunk, edge);
    assert.deepEqual(await lines("acme", "ledger"), ["newer"]);
    assert.equal(logs.chunksFrom("acme", newer).length, 1);
  });

  it("drops traces at the end of their tenant's retention from queries and from the bucket, newer ones not", async () => {
    tell("traces at the end of their retention", await going.trace, await going.block, edge);
    assert.ok((await spans("acme", newTrace)) > 0);
    assert.notDeepEqual(traces.objectsOf("acme", blocks.newer), []);
  });

  it("keeps what is as old of a tenant whose retention is longer", async () => {
    await Promise.all([going.chunk, going.block]);
    assert.deepEqual(await lines("globex", "ledger"), ["old", "older"]);
    assert.equal(logs.chunksFrom("globex", oldest).length, 1);
    assert.ok((await spans("globex", oldTrace)) > 0);
    assert.notDeepEqual(traces.objectsOf("globex", blocks.otherOld), []);
  });

  it("erases the lines that an operator asks for from queries and from the bucket, and no others", async () => {
    tell("lines that were to be erased", await going.erasedLines, await going.erasedChunk, requestedAt);
    assert.deepEqual(await lines("acme", "shop"), ["return"]);
    // The line that was between the erased ones is written anew.
    assert.equal(logs.chunksFrom("acme", erased + 1).length, 1);
    assert.deepEqual(await lines("globex", "shop"), ["order"]);
    assert.equal(logs.chunksFrom("globex", erased).length, 1);
  });

  for (const [program, days] of Object.entries(retentionDays)) {
    it(`drops blocks of ${program} that are older than ${days} days, and keeps those that are younger`, async () => {
      await gone("the older block", () => !backfill.holds(program, days + 1));
      const kept = await eventually("the younger", 90, async () => {
        const samples = await backfill.samples(live, program);
        return samples.includes(days - 1) ? samples : undefined;
      });
      assert.ok(!kept.includes(days + 1));
      assert.ok(backfill.holds(program, days - 1));
    });
  }
});
