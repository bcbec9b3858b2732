import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { metrics } from "../../../sdk/src/names/index.ts";
import { eventually, sharedLive } from "../../support/live.ts";
import { type Answered, LiveApp } from "./support/app.ts";
import { hub } from "./support/expected-spans.ts";
import { TenantView } from "./support/tenant-view.ts";

const tenant = "globex";
const events = 12;
/** So far apart that no batch holds two. */
const apartMs = 700;
const patienceSeconds = 60;
/** On a machine that does much else, what is measured says little: only what is far beyond its goal is a fault. */
const allowance = 3;

/** A field that the load never asks for: it counts what is asked here. */
const counted = `sum(${metrics.graphqlResolverDuration.name}_count{field="plugins"})`;

describe("an event of the sample app is found", function () {
  this.timeout("3m");
  let app: LiveApp;
  let view: TenantView;

  before(async () => {
    const live = await sharedLive();
    app = new LiveApp(live);
    view = new TenantView(live, tenant);
  });

  /** Seconds from the end of each of some events, as a client sees it, until it is found: printed, and bounded. */
  async function measure(
    what: string,
    goalSeconds: number,
    event: () => Promise<Answered>,
    isFound: (event: Answered, index: number) => Promise<boolean>,
  ): Promise<void> {
    const waits: Promise<number>[] = [];
    for (let index = 0; index < events; index++) {
      const answered = await event();
      assert.ok(answered.status < 300, JSON.stringify(answered.body));
      const look = async () => ((await isFound(answered, index)) ? Date.now() : undefined);
      waits.push(eventually(what, patienceSeconds, look, 100).then((at) => (at - answered.at) / 1000));
      await delay(apartMs);
    }
    const seconds = (await Promise.all(waits)).toSorted((a, b) => a - b);
    const [median = 0, worst = 0] = [seconds[Math.floor(events / 2)], seconds.at(-1)];
    const figures = `median ${median.toFixed(1)} s, worst ${worst.toFixed(1)} s of ${events}`;
    console.log(`      ${what}: ${figures}; goal ${goalSeconds} s`);
    assert.ok(worst <= allowance * goalSeconds, `${what}: ${figures}`);
  }

  it("as a trace within 5 s", () =>
    measure(
      "searching its trace",
      5,
      () => app.read(tenant),
      ({ traceId }) => view.findsTrace(traceId),
    ));

  it("as a log line within 3 s", () =>
    measure(
      "searching its log line",
      3,
      () => app.read(tenant),
      async ({ traceId }) => (await view.lines(`{service_name="${hub}"} | trace_id="${traceId}"`)).length > 0,
    ));

  it("in metrics within one scrape", async () => {
    const count = async () => Number((await view.query(counted))[0]?.value[1] ?? 0);
    const before = await count();
    await measure(
      "seeing it counted",
      5,
      () => app.send(tenant, "POST", "/graphql", { query: "query Plugins { plugins { name } }" }),
      async (_, index) => (await count()) > before + index,
    );
  });
});
