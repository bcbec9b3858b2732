import assert from "node:assert/strict";
import { metrics } from "../../../sdk/src/names/index.ts";
import { eventually, type Live, sharedLive } from "../../support/live.ts";
import { LiveApp } from "./support/app.ts";
import { hub, worker } from "./support/expected-spans.ts";
import { TenantView } from "./support/tenant-view.ts";

const patienceSeconds = 30;
const route = "/devices/:id/readings";
const request = `POST ${route}`;

describe("one request to the sample app", function () {
  this.timeout("3m");
  let live: Live;
  let app: LiveApp;

  before(async () => {
    live = await sharedLive();
    app = new LiveApp(live);
  });

  it("leads from the exemplar of a slow one to its trace, from there to its log lines, and back", async () => {
    const view = new TenantView(live, "acme");
    const { tenant } = view;
    const since = Date.now() / 1000;
    const slow = await app.during([{ fault: "usb-slow", tenant, ms: 150 }], () => app.read(tenant));
    assert.equal(slow.status, 201);

    const buckets = `${metrics.httpRequestDuration.name}_bucket{http_route="${route}"}`;
    const traceId = await eventually("an exemplar of a slow request", patienceSeconds, async () => {
      const exemplars = await view.exemplars(buckets, since);
      return exemplars.find(({ value }) => Number(value) > 0.3)?.labels["trace_id"];
    });
    await eventually("its trace", patienceSeconds, async () =>
      (await view.trace(traceId)).find(({ name }) => name === request),
    );
    const line = await eventually(
      "its log lines",
      patienceSeconds,
      async () => (await view.lines(`{service_name="${hub}"} | trace_id="${traceId}"`))[0],
    );
    assert.equal(line.stream["trace_id"], traceId);
    assert.ok(await view.findsTrace(traceId));
  });

  it("is shown to its own tenant alone", async () => {
    const [own = "", ...others] = live.tenants;
    const { traceId } = await app.read(own);
    await eventually("its trace", patienceSeconds, async () =>
      (await new TenantView(live, own).trace(traceId)).find(({ name }) => name === request),
    );
    for (const other of others) assert.deepEqual(await new TenantView(live, other).trace(traceId), [], other);
  });

  it("is one trace from HTTP over the queue and the worker to the memory system, each caused by the one before", async () => {
    const chain = [
      [hub, "SERVER", request],
      [hub, "PRODUCER", "memos publish"],
      [worker, "CONSUMER", "memos process"],
      [worker, "CLIENT", "memory.search"],
    ] as const;
    for (const tenant of live.tenants) {
      const { traceId, status } = await app.read(tenant);
      assert.equal(status, 201);
      const view = new TenantView(live, tenant);
      const spans = await eventually("the whole trace", patienceSeconds, async () => {
        const found = await view.trace(traceId);
        return chain.every(([, , name]) => found.some((one) => one.name === name)) ? found : undefined;
      });
      let cause: string | undefined;
      for (const [service, kind, name] of chain) {
        const span = spans.find((one) => one.name === name);
        assert.deepEqual([span?.service, span?.kind], [service, kind], name);
        if (cause !== undefined) assert.equal(span?.parentId, cause, name);
        cause = span?.id;
      }
    }
  });
});
