import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { eventually, type Live, sharedLive } from "../../support/live.ts";
import { linesOf, namesOf, type Numbers, post, spansOf } from "./support/otlp.ts";
import { linesFound } from "./support/stored.ts";

const tenant = "acme";
const service = "late";
const resource = { "service.name": service };
const hour = 3_600_000;
const arrivalSeconds = 60;

/** What an app's spool has kept for the longest that it may. */
const latestHours = 23.5;

describe("what comes hours late to the live stack, from a spool,", function () {
  this.timeout(180_000);
  let live: Live;
  const now = Date.now();
  before(async () => {
    live = await sharedLive();
  });

  it("is taken of log lines, though newer ones of the same service came before, and found", async () => {
    const batches = [0, 0.5, 2, latestHours].map((hours, first) => ({ hours, tenant, first, count: 1 }));
    for (const { hours, ...numbers } of batches) {
      const lines = linesOf(numbers, { resource, at: now - hours * hour });
      assert.ok((await post(live.endpoint("otlp"), live.token(tenant), "logs", lines)).isAccepted);
      const found = () => linesFound(live, tenant, now - 25 * hour, service);
      await eventually(`the line of ${hours} h ago`, arrivalSeconds, async () => {
        // Until they are in the bucket, Loki looks for lines of more than two hours ago nowhere else.
        await fetch(`${live.direct("loki-http")}/flush`, { method: "POST" });
        return (await found()).includes(namesOf(numbers)[0] ?? "") ? true : undefined;
      });
    }
  });

  it("is found by a search of its own time, of traces", async () => {
    const traceId = randomBytes(16).toString("hex");
    const at = now - latestHours * hour;
    const numbers: Numbers = { tenant, first: 0, count: 1 };
    const spans = spansOf(numbers, traceId, { resource, at });
    assert.ok((await post(live.endpoint("otlp"), live.token(tenant), "traces", spans)).isAccepted);
    const search = async () => {
      const { traces } = await live.ask<{ traces: { traceID: string }[] }>(tenant, "tempo", "/api/search", {
        q: `{ resource.service.name = "${service}" }`,
        start: String(Math.floor(at / 1000) - 60),
        end: String(Math.floor(at / 1000) + 60),
      });
      // Leading zeros are left out.
      return traces.some(({ traceID }) => traceID.padStart(32, "0") === traceId);
    };
    await eventually("the trace", arrivalSeconds, async () => ((await search()) ? true : undefined));
  });
});
