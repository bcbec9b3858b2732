import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../../../local/files.ts";
import { deployDemo } from "../../../local/live/demo-app.ts";
import { repository } from "../../../local/folders.ts";
import { run } from "../../../local/run.ts";
import { metrics, runtimeMetrics, type MetricDefinition, usbActions } from "../../../sdk/src/names/index.ts";
import { plainAttributes } from "../../../sdk/test/support/otlp-decode.ts";
import type { Metric } from "../../../sdk/test/support/otlp-types.ts";
import { strictest } from "../../../sdk/test/support/package.ts";
import { temporaryFolder } from "../../support/program.ts";
import { comes, contains, Demo, tenants } from "./support/demo.ts";

const ids = tenants.map(({ id }) => id);
const [own = "", acme = "", globex = ""] = ids;
const [scale, scanner] = [1, 2] as const;

describe("the sample app", function () {
  this.timeout("3m");
  const demo = new Demo();

  before(async () => {
    await demo.startStores();
    // Two together: they start on their own.
    await Promise.all([demo.startHub(), demo.startWorker()]);
  });
  after(() => demo.end());

  it("compiles under the strictest settings", async () => {
    const folder = await deployDemo();
    const check = temporaryFolder();
    try {
      const file = join(check.path, "tsconfig.json");
      const more = { allowImportingTsExtensions: true, erasableSyntaxOnly: true, verbatimModuleSyntax: true };
      writeWhole(
        file,
        JSON.stringify({
          compilerOptions: {
            ...strictest,
            ...more,
            skipLibCheck: true,
            typeRoots: [join(folder, "../node_modules/@types")],
          },
          include: [`${folder}/**/*.ts`],
        }),
      );
      const compiler = join(repository, "node_modules/typescript/bin/tsc");
      const { code, stdout } = await run(process.execPath, [compiler, "-p", file]);
      assert.equal(code, 0, stdout);
    } finally {
      check.remove();
    }
  });

  it("makes one trace of a request, its plugin, its device, its job and what is remembered", async () => {
    const response = await demo.read(acme, scale);
    assert.equal(response.status, 201, await response.clone().text());
    const expected = {
      "POST /devices/:id/readings": ["autoweave-hub", 2],
      "plugin.execute": ["autoweave-hub", 1],
      "usb.transfer": ["autoweave-hub", 1],
      "memos publish": ["autoweave-hub", 4],
      "memos process": ["autoweave-worker", 5],
      "memory.search": ["autoweave-worker", 3],
      "memory.add": ["autoweave-worker", 3],
    };
    const trace = await comes("the whole trace", () => {
      const root = demo.spans().find(({ name }) => name === "POST /devices/:id/readings");
      const spans = demo.spans().filter(({ traceId }) => traceId === root?.traceId);
      return Object.keys(expected).every((name) => spans.some((span) => span.name === name))
        ? spans
        : undefined;
    });
    for (const [name, [service, kind]] of Object.entries(expected)) {
      const span = trace.find((one) => one.name === name);
      assert.deepEqual([name, span?.service, span?.kind, span?.of["tenant.id"]], [name, service, kind, acme]);
    }
    for (const { spanId, parentSpanId, name } of trace)
      if (parentSpanId)
        assert.ok(
          trace.some((one) => one.spanId === parentSpanId),
          `${name} ${spanId}`,
        );

    for (const text of ["weighing done", "remembered"]) {
      const line = await comes(text, () =>
        demo.logs().find((one) => one.text === text && one.traceId === trace[0]?.traceId),
      );
      assert.equal(line["tenant.id"], acme);
    }
  });

  it("lets nobody in without a key, and nobody see another tenant's devices", async () => {
    assert.equal((await demo.ask("nobody", "GET", "/devices")).status, 401);
    const [device] = await demo.devices(globex);
    assert.equal((await demo.ask(acme, "POST", `/devices/${device?.id}/readings`)).status, 410);
  });

  it("emits every metric of the vocabulary, for each tenant what is a tenant's", async () => {
    for (const id of ids) {
      for (const product of [scale, scanner]) assert.equal((await demo.read(id, product)).status, 201);
      const [device] = await demo.devices(id);
      for (const query of [
        "query All { devices { id plugin { name } } plugins { version } }",
        `mutation Restart { restartDevice(id: "${device?.id}") { id } }`,
        'mutation Reload { reloadPlugin(name: "scale") { version } }',
      ])
        assert.equal((await demo.graphql(id, query)).errors, undefined);
      await demo.during({ fault: "errors", tenant: id, share: 100 }, async () => {
        for (const product of [scale, scanner]) assert.equal((await demo.read(id, product)).status, 500);
      });
      await demo.during({ fault: "flap", tenant: id }, () =>
        comes("a device that has gone", async () =>
          (await demo.total(metrics.usbEvents.name, { action: "detach", tenant_id: id })) > 0
            ? true
            : undefined,
        ),
      );
    }
    // Of the process, or of the queue as a whole: its own tenant's. An event loop that never stalls has no stalls.
    const all: MetricDefinition[] = Object.values({ ...metrics, ...runtimeMetrics });
    const ofProcess = (name: string) =>
      /^(nodejs|process|autoweave_(observability|health|queue_depth))_?/.test(name);
    const wanted = all
      .map(({ name }) => name)
      .filter((name) => name !== metrics.eventLoopStalls.name && name !== "nodejs_gc_duration_seconds");
    const missing = async () => {
      const found = await everySeries();
      return wanted.flatMap((name) =>
        (ofProcess(name) ? [own] : ids)
          .filter((id) => !found.has(`${name} ${id}`))
          .map((id) => `${name} of ${id}`),
      );
    };
    await comes(`one of ${wanted.length} metrics`, async () =>
      (await missing()).length === 0 ? true : undefined,
    ).catch(async () => assert.deepEqual(await missing(), []));

    for (const id of ids)
      for (const action of usbActions.filter((one) => one !== "configure"))
        assert.ok(await demo.total(metrics.usbEvents.name, { action, tenant_id: id }), `${action} of ${id}`);
    const samples = await demo.samples();
    for (const { labels } of samples)
      assert.ok(contains(labels, { service: "autoweave-hub", environment: "test", version: "1.0.0" }));
  });

  /** `name tenant` of all series, scraped and pushed. */
  async function everySeries(): Promise<Set<string>> {
    const scraped = (await demo.samples()).map(
      ({ name, labels }) => `${name.replace(/_(bucket|sum|count)$/, "")} ${labels["tenant_id"]}`,
    );
    const pushed = demo.backend.kept
      .filter(({ record }) => !("traceId" in record))
      .map(({ record }) => record as Metric)
      .flatMap(({ name, sum, gauge, histogram }) =>
        (sum ?? gauge ?? histogram)?.dataPoints.map(
          ({ attributes }) => `${name} ${plainAttributes(attributes)["tenant_id"]}`,
        ),
      );
    return new Set([...scraped, ...pushed.filter((one) => one !== undefined)]);
  }

  it("has the hub's metrics scraped and the worker's pushed, none of them both", async () => {
    const services = new Set(
      demo.backend.requests
        .filter(({ signal }) => signal === "metrics")
        .flatMap(({ records }) => records)
        .map(({ resource }) => plainAttributes(resource?.attributes ?? [])["service.name"]),
    );
    assert.deepEqual([...services], ["autoweave-worker"]);
    assert.notEqual((await demo.page("worker")).status, 200);
  });

  it("shows by an exemplar the trace of a slow request", async () => {
    await demo.during({ fault: "usb-slow", tenant: acme, ms: 300 }, async () => {
      await demo.read(acme, scale);
    });
    const page = await (await demo.page("hub", "application/openmetrics-text")).text();
    const exemplar = page
      .split("\n")
      .filter((line) => line.startsWith(`${metrics.httpRequestDuration.name}_bucket`) && line.includes(acme))
      .map((line) => /# \{.*trace_id="(\w+)".*\} ([\d.]+)/.exec(line))
      .find((found) => Number(found?.[2]) > 0.6);
    await comes("the trace of the exemplar", () =>
      demo.spans().find(({ traceId }) => traceId === exemplar?.[1]),
    );
  });

  describe("with a fault", () => {
    const slower = async (histogram: MetricDefinition, than: string, tenantId: string) =>
      (await demo.total(`${histogram.name}_count`, { tenant_id: tenantId })) -
      (await demo.total(`${histogram.name}_bucket`, { tenant_id: tenantId, le: than }));

    it("handles the USB events of a tenant in 110 ms", async () => {
      const before = await slower(metrics.usbEventDuration, "0.1", acme);
      await demo.during({ fault: "usb-slow", tenant: acme }, () => demo.read(acme, scale));
      assert.ok((await slower(metrics.usbEventDuration, "0.1", acme)) > before);
    });

    it("slows nobody else's devices, and the tenant's no longer than it lasts", async () => {
      const ms = 1_500;
      await demo.during({ fault: "usb-slow", tenant: acme, ms }, async () => {
        const of = async (tenant: string) => [tenant, (await demo.read(tenant, scale)).status];
        const readings = [of(acme), of(globex)];
        assert.deepEqual(await Promise.race(readings), [globex, 201]);
        await Promise.all(readings);
      });
      const startedMs = performance.now();
      await demo.read(acme, scale);
      assert.ok(performance.now() - startedMs < ms);
    });

    it("loads a plugin in 300 ms, and lets readings wait for it meanwhile", async () => {
      const before = await Promise.all(ids.map((id) => slower(metrics.pluginLoadDuration, "0.25", id)));
      await demo.during({ fault: "plugin-slow", tenant: acme }, async () => {
        const startedMs = performance.now();
        assert.equal((await demo.read(acme, scale)).status, 201);
        assert.ok(performance.now() - startedMs > 150);
      });
      const after = await Promise.all(ids.map((id) => slower(metrics.pluginLoadDuration, "0.25", id)));
      assert.deepEqual(
        ids.filter((_, index) => after[index] !== before[index]),
        [acme],
      );
    });

    it("fails where the device fails, as the log says with the trace, down to the database", async () => {
      const failed = { outcome: "error", tenant_id: globex };
      const before = await demo.total(metrics.pluginOperations.name, failed);
      await demo.during({ fault: "errors", tenant: globex, share: 100 }, async () => {
        assert.equal((await demo.read(globex, scale)).status, 500);
      });
      assert.equal(await demo.total(metrics.pluginOperations.name, failed), before + 1);
      const line = await comes("the error's line", () =>
        demo.logs().find((one) => one["tenant.id"] === globex && /^POST .* failed$/.test(one.text)),
      );
      await comes("its trace", () =>
        demo.spans().find((span) => span.traceId === line.traceId && span.status?.code === 2),
      );

      // A transfer in five goes wrong: the first ones well, and the code itself with a zero byte in it.
      await demo.during({ fault: "errors", tenant: globex, share: 40 }, () =>
        comes("a code that PostgreSQL refuses", async () => {
          await demo.read(globex, scanner);
          return demo.logs().find((one) => one.text === "not remembered");
        }),
      );
      await comes("a failed memory operation", () =>
        demo.spans().find(({ name, status }) => name === "memory.search" && status?.code === 2),
      );
    });

    it("is not ready, for as long as it was told", async () => {
      await demo.begin({ fault: "down", seconds: 2 });
      await comes("503", async () => ((await demo.isReady("hub")) ? undefined : true));
      assert.equal(await demo.total(metrics.healthStatus.name, { check: "ready" }), 0);
      assert.equal(await demo.isReady("worker"), true);
      await comes("200", async () => ((await demo.isReady("hub")) ? true : undefined));
    });

    it("has a device come and go in a storm", async () => {
      const count = () => demo.total(metrics.usbEvents.name, { action: "detach", tenant_id: acme });
      const before = await count();
      await demo.during({ fault: "flap", tenant: acme }, () =>
        comes("a storm", async () => ((await count()) >= before + 5 ? true : undefined)),
      );
      await comes("all devices", async () => ((await demo.devices(acme)).length === 2 ? true : undefined));
    });

    it("writes log lines by the thousand", async () => {
      await demo.during({ fault: "log-storm", tenant: acme }, () =>
        comes("a storm", () => {
          const lines = demo.logs().filter((one) => one.text === "storm" && one["tenant.id"] === acme);
          return lines.length > 2_000 ? true : undefined;
        }),
      );
    });

    it("makes labels by the hundred, which the SDK caps", async () => {
      await demo.during({ fault: "cardinality", tenant: acme }, () =>
        comes("the cap", async () =>
          (await demo.total(metrics.dropped.name, { reason: "cardinality" })) > 100 ? true : undefined,
        ),
      );
      assert.ok((await demo.total("demo_parcels_total", { parcel: "other", tenant_id: acme })) > 100);
    });

    it("takes memory until telemetry gives way, and lets go of it", async () => {
      const shedding = () => demo.total(metrics.sheddingLevel.name, {});
      const resident = () => demo.total(runtimeMetrics.residentMemory.name, {});
      const before = await resident();
      await demo.during({ fault: "leak" }, () =>
        comes("the guard", async () => ((await shedding()) === 3 ? true : undefined)),
      );
      await comes("the memory", async () =>
        (await resident()) < Math.max(1.3 * before, 200 * 2 ** 20) ? true : undefined,
      );
      await comes("all telemetry", async () => ((await shedding()) === 0 ? true : undefined));
    });

    it("takes orders from nobody but who has the key, and no nonsense", async () => {
      for (const key of ["", "key-of-acme"])
        assert.equal((await demo.control("GET", "", undefined, key)).status, 401);
      const refused = await demo.control("POST", "", { fault: "flap" });
      assert.deepEqual(
        [refused.status, await refused.json()],
        [400, { error: "The fault flap is a tenant's: name one of dev-tenant, acme, globex." }],
      );
    });

    it("ends those faults that it is told to", async () => {
      for (const tenant of [acme, globex]) await demo.begin({ fault: "usb-slow", tenant });
      const stopped = await demo.control("DELETE", `?tenant=${acme}`);
      assert.deepEqual(
        ((await stopped.json()) as { tenant: string }[]).map(({ tenant }) => tenant),
        [acme],
      );
      const left = (await (await demo.control("GET")).json()) as { tenant: string }[];
      assert.deepEqual(
        left.map(({ tenant }) => tenant),
        [globex],
      );
      await demo.control("DELETE");
    });
  });

  it("is used by its clients in every way that it offers", async () => {
    const before = demo.spans().length;
    await demo.startLoad(30);
    const names = ["POST /devices/:id/readings", "GET /devices", "GraphQL query Devices"];
    const mutations = ["GraphQL mutation Reload", "GraphQL mutation Restart"];
    for (const name of [...names, ...mutations])
      for (const id of ids)
        await comes(`${name} of ${id}`, () =>
          demo
            .spans()
            .slice(before)
            .find((span) => span.name === name && span.of["tenant.id"] === id),
        );
    await demo.stop("load");
  });

  it("ends cleanly, and finishes when it is back what was under way", async () => {
    await demo.stop("worker");
    await Promise.all(ids.map((id) => demo.read(id, scale)));
    await demo.stop("hub");
    for (const name of ["hub", "worker"] as const) assert.deepEqual(demo.complaints(name), []);
    const waiting = demo
      .spans()
      .filter(({ name }) => name === "memos publish")
      .slice(-ids.length);
    await Promise.all([demo.startHub(), demo.startWorker()]);
    for (const { traceId } of waiting)
      await comes("the job's end", () =>
        demo.spans().find((span) => span.name === "memos process" && span.traceId === traceId),
      );
  });

  it("lists all of its files in its README", () => {
    const folder = join(repository, "local/demo");
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    const listed = [...readme.matchAll(/\]\(([a-z-]+\.ts)\)/g)].map(([, name]) => name);
    const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && name !== "settings.ts");
    assert.deepEqual(listed.sort(), files.sort());
  });
});
