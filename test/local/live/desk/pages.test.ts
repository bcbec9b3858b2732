import assert from "node:assert/strict";
import { request } from "node:http";
import { html } from "../../../../local/live/desk/html.ts";
import { layout } from "../../../../local/live/desk/pages/layout.ts";
import type { DeskSettings } from "../../../../local/live/desk/settings.ts";
import { type RunningDesk, startDesk } from "../../../../local/live/desk/start.ts";
import { deskSettings } from "../../../support/desk.ts";
import { answering, type FakeBackend, fakeBackend } from "../../../support/fake-backend.ts";
import { temporaryFolder } from "../../../support/program.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const startNs = "1800000000000000000";
const series = { metric: { service: "hub" }, value: [1_800_000_000, "1"], values: [[1_800_000_000, "1"]] };
const metrics = {
  "/api/v1/query": { data: { result: [series] } },
  "/api/v1/query_range": { data: { result: [series] } },
  "/api/v1/query_exemplars": { data: [] },
  "/api/v1/label/tenant_id/values": { data: ["acme", "globex"] },
  "/api/v1/label/service/values": { data: ["hub"] },
  "/api/v1/label/environment/values": { data: ["development"] },
};
const line = {
  stream: { service_name: "hub", detected_level: "error", trace_id: traceId },
  values: [[startNs, "<b>no"]],
};
const logs = { "/loki/api/v1/query_range": { data: { result: [line] } } };
const span = (spanId: string, parentSpanId?: string) => ({
  spanId,
  parentSpanId,
  name: `${spanId} <i>`,
  startTimeUnixNano: startNs,
  endTimeUnixNano: "1800000000250000000",
  status: { code: "STATUS_CODE_ERROR", message: "no paper" },
  attributes: [{ key: "usb.vendor_id", value: { stringValue: "0x05e0" } }],
});
const traces = {
  "/api/search": {
    traces: [{ traceID: traceId.slice(1), startTimeUnixNano: startNs, rootTraceName: "root" }],
  },
  [`/api/traces/${traceId}`]: {
    batches: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "hub" } }] },
        scopeSpans: [{ spans: [span("root"), span("child", "root")] }],
      },
    ],
  },
};
const panes = (datasource: string, query: object) =>
  `/explore?panes=${encodeURIComponent(
    JSON.stringify({ a: { datasource, queries: [query], range: { from: "1799999000000", to: "now" } } }),
  )}`;

/** Without the whole page in its message. */
const has = (page: string, pattern: RegExp) => assert.ok(pattern.test(page), `${pattern} on the page`);

describe("the desk's pages", () => {
  const folder = temporaryFolder();
  const running: { stop(): void }[] = [];
  let backends: Record<"prometheus" | "proxy" | "loki" | "tempo", FakeBackend>;
  let desk: RunningDesk;
  const started = async <T extends { stop(): void }>(starting: Promise<T>): Promise<T> => {
    const one = await starting;
    running.push(one);
    return one;
  };
  const settingsWith = (urls: Parameters<typeof deskSettings>[1]): DeskSettings =>
    deskSettings(folder.path, {
      prometheus: backends.prometheus.url,
      proxy: backends.proxy.url,
      loki: backends.loki.url,
      tempo: backends.tempo.url,
      ...urls,
    });
  const deskWith = (urls: Parameters<typeof deskSettings>[1]) =>
    started(startDesk(settingsWith(urls), () => undefined));

  beforeEach(async () => {
    backends = {
      prometheus: await started(answering(metrics)),
      proxy: await started(answering(metrics)),
      loki: await started(answering(logs)),
      tempo: await started(answering(traces)),
    };
    desk = await deskWith({});
  });
  afterEach(() => {
    for (const each of running.splice(0).reverse()) each.stop();
  });
  after(() => folder.remove());

  const get = async (path: string, from = desk) => {
    const answer = await fetch(from.url + path);
    return { status: answer.status, text: await answer.text() };
  };
  const shown = async (path: string, from = desk) => {
    const { status, text } = await get(path, from);
    assert.equal(status, 200, text);
    return text;
  };

  it("list the dashboards, and draw each with what may be chosen", async () => {
    const index = await shown("/dashboards");
    for (const name of ["business", "cost", "developer", "operations", "slo", "tenant"])
      assert.ok(index.includes(`href="/dashboards/autoweave-${name}"`), name);
    const page = await shown("/dashboards/autoweave-cost?from=now-6h&var-tenant=globex");
    has(page, /<svg[\s\S]*AutoWeave \/ Telemetry cost/);
    has(page, /<option value="now-6h" selected>/);
    has(
      page,
      /<select name="var-tenant">[\s\S]*?<option value="" >All[\s\S]*?<option value="acme" >acme[\s\S]*?<option value="globex" selected>/,
    );
    const queries = backends.prometheus.asked.map(({ parameters }) => parameters.get("query") ?? "");
    assert.ok(queries.some((query) => query.includes('tenant_id=~"globex"')));
    assert.equal(await shown("/d/autoweave-cost?from=now-6h&var-tenant=globex"), page, "Grafana's address");
  });

  it("ask the backends once for all who look at the same", async () => {
    const pages = await Promise.all(Array.from({ length: 10 }, () => shown("/dashboards/autoweave-cost")));
    const asked = backends.prometheus.asked.length;
    assert.equal(new Set(pages).size, 1);
    await shown("/dashboards/autoweave-cost");
    assert.equal(backends.prometheus.asked.length, asked);
    await shown("/dashboards/autoweave-cost?var-service=hub");
    assert.ok(backends.prometheus.asked.length > asked);
  });

  it("take whatever is chosen for a value, never for a part of the query", async () => {
    const page = await shown(
      `/dashboards/autoweave-cost?from=now-1y&var-tenant=${encodeURIComponent('"}) or <b>')}`,
    );
    has(page, /<option value="now-24h" selected>/);
    has(page, /<option value="&quot;}\) or &lt;b&gt;" selected>/);
    const queries = backends.prometheus.asked.map(({ parameters }) => parameters.get("query") ?? "");
    assert.ok(queries.some((query) => query.includes(String.raw`tenant_id=~"\"\\}\\) or <b>"`)));
  });

  it("show a tenant's dashboard as that tenant sees it", async () => {
    const page = await shown("/dashboards/autoweave-tenant?as=globex");
    has(page, /<select name="as">[\s\S]*?<option value="globex" selected>/);
    assert.equal(backends.prometheus.asked.length, 0);
    const { proxy, loki, tempo } = backends;
    for (const { asked } of [proxy, loki, tempo]) {
      assert.ok(asked.length > 0);
      assert.ok(asked.every(({ headers }) => headers["x-scope-orgid"] === "globex"));
    }
    await shown("/dashboards/autoweave-developer");
    assert.equal(loki.asked.at(-1)?.headers["x-scope-orgid"], "acme|globex");
  });

  it("name in a panel the backend that fails, and tell programs which panels these are", async () => {
    const broken = await started(fakeBackend((response) => response.writeHead(503).end("<b>not ready")));
    const other = await deskWith({ loki: broken.url });
    assert.match(
      await shown("/dashboards/autoweave-developer", other),
      /Loki refuses \(503\): &lt;b&gt;not ready/,
    );
    const { text } = await get("/dashboards/autoweave-developer.json", other);
    const { uid, panels, failed } = JSON.parse(text) as { uid: string; panels: number; failed: object[] };
    assert.equal(uid, "autoweave-developer");
    assert.ok(panels > 40);
    assert.deepEqual(failed, [{ title: "Errors in logs", reason: "Loki refuses (503): <b>not ready" }]);
  });

  it("show a trace as a waterfall with its attributes and failures, and its log lines beneath", async () => {
    const page = await shown(`/traces/${traceId}`);
    for (const part of [
      "root &lt;i&gt;",
      "child &lt;i&gt;",
      "250 ms",
      "2 failed",
      "no paper",
      "usb.vendor_id",
      "&lt;b&gt;no",
    ])
      assert.ok(page.includes(part), part);
    const query = backends.loki.asked.at(-1)?.parameters.get("query");
    assert.equal(query, `{service_name=~"hub"} | trace_id="${traceId}"`);
    assert.equal((await get(`/traces/${traceId.slice(1)}`)).text, page, "Tempo leaves out zeros");
  });

  it("say which of a trace's backends fails, and show what the other has", async () => {
    assert.equal((await get("/traces/1234567890abcdef1234567890abcdef")).status, 404);
    assert.equal((await get("/traces/nonsense")).status, 404);
    const withoutLoki = await deskWith({ loki: "http://127.0.0.1:9" });
    has(await shown(`/traces/${traceId}`, withoutLoki), /root &lt;i&gt;[\s\S]*Loki does not answer/);
    const withoutTempo = await deskWith({ tempo: "http://127.0.0.1:9" });
    const { status, text } = await get(`/traces/${traceId}`, withoutTempo);
    assert.equal(status, 502);
    has(text, /Tempo does not answer/);
  });

  it("find the traces and lines that a link of Grafana's leads to", async () => {
    const found = await shown(panes("t", { query: "{ status = error }" }));
    assert.ok(found.includes(`href="/traces/${traceId}"`));
    const { parameters } = backends.tempo.asked.at(-1) ?? {};
    assert.deepEqual([parameters?.get("q"), parameters?.get("start")], ["{ status = error }", "1799999000"]);
    has(await shown(panes("g", { expr: '{service_name="hub"}' })), /&lt;b&gt;no/);
    assert.equal((await get("/explore?panes=nonsense")).status, 400);
    assert.equal((await get(panes("unknown", { query: "{}" }))).status, 404);
    assert.equal((await get(panes("m", { expr: "up" }))).status, 404);
  });

  it("say what runs, and where the tenants' tokens are", async () => {
    const page = await shown("/");
    has(page, /npm run demo -- --fault usb-slow --tenant globex/);
    has(page, /<code>\/tokens\/acme<\/code>/);
    assert.deepEqual(JSON.parse((await get("/state.json")).text), {
      stack: "dev",
      programs: [],
      crashes: [],
      tenants: settingsWith({}).tenants,
    });
  });

  it("tell of a crash before anything else, with the program's last words", () => {
    const crash = { name: "loki", noticedAt: Date.now(), lastWords: "panic: <nil>", log: "/logs/loki.log" };
    const program = { name: "loki", state: "ended" as const, pid: 1, readyAt: 0, addresses: {}, crash };
    const page = layout(
      { title: "t", live: true, body: html`<p>body</p>` },
      { stack: "dev", path: "/alerts", programs: [program] },
    );
    has(
      page,
      /<main data-live><div class="crash"[\s\S]*loki has ended[\s\S]*\/logs\/loki\.log[\s\S]*panic: &lt;nil&gt;[\s\S]*<p>body<\/p>/,
    );
  });

  it("are there for this machine's names alone, and for what they are asked", async () => {
    const port = Number(new URL(desk.url).port);
    const foreign = await new Promise<number | undefined>((done) =>
      request({ port, host: "127.0.0.1", headers: { host: "evil.example" } }, ({ statusCode }) =>
        done(statusCode),
      ).end(),
    );
    assert.equal(foreign, 421);
    assert.equal((await get("/nothing")).status, 404);
    assert.equal((await get("/notify/default")).status, 405);
    assert.equal((await fetch(`${desk.url}/`, { method: "HEAD" })).status, 200);
    has((await get("/dashboards/none")).text, /There is no dashboard none/);
    for (const file of ["/style.css", "/refresh.js"]) await shown(file);
  });
});
