import assert from "node:assert/strict";
import { dashboards } from "../../../dashboards/index.ts";
import { drawDashboard } from "../../../local/dashboards/draw/dashboard.ts";
import { format } from "../../../local/dashboards/draw/format.ts";
import { html } from "../../../local/dashboards/draw/page.ts";
import { png } from "../../../local/dashboards/draw/png.ts";
import type { DashboardModel, Datasource } from "../../../local/dashboards/model.ts";
import { answering, type Asked, type FakeBackend, fakeBackend } from "../../support/fake-backend.ts";

const end = 1_800_000_000;
const traceId = "0af7651916cd43dd8448eb211c80319c";
const models = dashboards({
  datasources: { metrics: "m", longTermMetrics: "l", traces: "t", logs: "g" },
}).map(({ json }) => json as DashboardModel);
const modelOf = (uid: string) => models.find((model) => model.uid === uid) as DashboardModel;

const series = ["0.1", "+Inf"].map((le) => ({
  metric: { le, tenant_id: "a<b", service: "s", alertname: "A" },
  value: [end, "1"],
  values: [
    [end - 600, "1"],
    [end - 300, "3"],
    [end, "2"],
  ],
}));
const exemplar = { labels: { trace_id: traceId }, value: "0.09", timestamp: end - 60 };
const line = [`${end - 5}000000000`, "a <b>line</b>"];

/** What a backend answers, by the path. */
const found: Record<string, object> = {
  "/api/v1/query": { data: { result: series } },
  "/api/v1/query_range": { data: { result: series } },
  "/api/v1/query_exemplars": { data: [{ exemplars: [exemplar] }] },
  "/loki/api/v1/query_range": {
    data: { result: [{ stream: { detected_level: "error", trace_id: traceId }, values: [line] }] },
  },
  "/api/search": { traces: [{ traceID: traceId, startTimeUnixNano: line[0], durationMs: 250 }] },
};
const nothing: typeof found = {
  "/api/v1/query": { data: { result: [] } },
  "/api/v1/query_range": { data: { result: [] } },
  "/api/v1/query_exemplars": { data: [] },
  "/loki/api/v1/query_range": { data: { result: [] } },
  "/api/search": {},
};

describe("a drawing of a dashboard", () => {
  const backends: FakeBackend[] = [];
  afterEach(() => {
    for (const each of backends.splice(0)) each.stop();
  });
  const started = async (starting: Promise<FakeBackend>) => {
    const backend = await starting;
    backends.push(backend);
    return backend;
  };
  const optionsOf = (url: string) => ({
    backendOf: ({ type }: Datasource) => ({ name: type, url }),
    scrapeIntervalSeconds: 30,
    end,
    data: "test data",
  });

  it("shows every panel with its title, and says what it was drawn from", async () => {
    const { url } = await started(answering(found));
    for (const model of models) {
      const { svg, empty, unavailable, failed } = await drawDashboard(model, optionsOf(url));
      assert.deepEqual([empty, unavailable, failed], [[], [], []]);
      assert.match(svg, /A drawing, not Grafana: test data/);
      assert.doesNotMatch(svg, /a<b|<b>/, "labels and lines are escaped");
      const texts = svg.replaceAll("&amp;", "&").replaceAll("&#39;", "'");
      for (const { title } of model.panels) assert.ok(texts.includes(`>${title.slice(0, 12)}`), title);
    }
  });

  it("names the panels whose queries find nothing, and the program that is missing where one is", async () => {
    const { url } = await started(answering(nothing));
    const model = modelOf("autoweave-operations");
    const { svg, empty, unavailable } = await drawDashboard(model, optionsOf(url));
    assert.equal(empty.length + unavailable.length, model.panels.filter(({ type }) => type !== "row").length);
    assert.ok(unavailable.some(({ program }) => program === "cert-manager"));
    assert.match(svg, /Needs cert-manager, which does not/);
    assert.match(svg, /No alert fires/);
  });

  it("asks each datasource's own backend", async () => {
    const [recent, longTerm] = [await started(answering(found)), await started(answering(found))];
    const backendOf = ({ uid }: Datasource) => ({ name: uid, url: (uid === "l" ? longTerm : recent).url });
    await drawDashboard(modelOf("autoweave-slo"), { ...optionsOf(""), backendOf });
    const isLong = ({ parameters }: Asked) => parameters.get("query")?.includes("increase30d");
    assert.ok(longTerm.asked.some(isLong));
    assert.ok(!recent.asked.some(isLong));
  });

  it("fills in what has been chosen, and looks back as far as it is told", async () => {
    const { url, asked } = await started(answering(found));
    const options = { ...optionsOf(url), variables: { tenant: "acme" }, rangeSeconds: 900 };
    await drawDashboard(modelOf("autoweave-developer"), options);
    const of = (path: string) =>
      asked.filter((each) => each.path === path).map(({ parameters }) => parameters);
    const ranges = of("/api/v1/query_range");
    assert.ok(ranges.some((each) => each.get("query")?.includes('tenant_id=~"acme"')));
    assert.ok(ranges.some((each) => each.get("start") === String(end - 900)));
    assert.ok(of("/api/search").every((each) => each.get("q")?.includes('span.tenant.id =~ "acme"')));
    assert.ok(
      of("/loki/api/v1/query_range").every((each) => each.get("query")?.includes('tenant_id=~"acme"')),
    );
  });

  it("leads from exemplars, traces and log lines to their trace", async () => {
    const { url } = await started(answering(found));
    const options = { ...optionsOf(url), traceUrl: (id: string) => `/traces/${id}` };
    const { svg } = await drawDashboard(modelOf("autoweave-developer"), options);
    const links = svg.match(new RegExp(`<a href="/traces/${traceId}">`, "g")) ?? [];
    assert.ok(links.length >= 5, `${links.length} links`);
    assert.match(svg, /90 ms at [\d:.]+, trace 0af7651916cd43dd8448eb211c80319c/);
  });

  it("shows why a panel has no data, when its backend refuses or does not answer in time, beside those that have", async () => {
    const good = await started(answering(found));
    const refusing = await started(
      fakeBackend((response) => response.writeHead(422).end('{"error":"a <b>ad query"}')),
    );
    const silent = await started(fakeBackend(() => undefined));
    const urls: Record<string, string> = { prometheus: good.url, loki: refusing.url, tempo: silent.url };
    const model = modelOf("autoweave-tenant");
    // Few enough to be drawn in time on any machine.
    const [working] = model.panels.filter(({ type }) => type === "timeseries");
    const others = model.panels.filter(({ title }) => /traces$|^Errors in logs$/.test(title));
    const panels = working ? [working, ...others] : others;
    const { svg, failed } = await drawDashboard(
      { ...model, panels },
      {
        ...optionsOf(""),
        backendOf: ({ type }) => ({ name: type, url: urls[type] ?? "" }),
        signal: AbortSignal.timeout(1000),
      },
    );
    assert.deepEqual(failed, [
      { title: "Slow traces", reason: "tempo does not answer: it took too long" },
      { title: "Failed traces", reason: "tempo does not answer: it took too long" },
      { title: "Errors in logs", reason: "loki refuses (422): a <b>ad query" },
    ]);
    assert.match(svg, /loki refuses \(422\): a &lt;b&gt;ad query/);
  });

  it("becomes a PNG, whatever its texts hold", async () => {
    const hostile = { stream: {}, values: [[line[0], "\u001b[31mred\u0000 \ud800"]] };
    const answers = { ...found, "/loki/api/v1/query_range": { data: { result: [hostile] } } };
    const { url } = await started(answering(answers));
    const model = modelOf("autoweave-tenant");
    const logs = { ...model, panels: model.panels.filter(({ type }) => type === "logs") };
    const { svg } = await drawDashboard(logs, optionsOf(url));
    assert.deepEqual([...(await png(svg)).slice(1, 4)], [...Buffer.from("PNG")]);
  });

  it("becomes part of a page that says what it is", () => {
    const page = html([{ uid: "u", title: "A & B", svg: "<svg/>" }], "test data");
    assert.match(page, /Grafana is the viewer\. Data: test data/);
    assert.match(page, /<a href="#u">A &amp; B<\/a>/);
  });
});

describe("a value", () => {
  it("is written in its unit as people read it", () => {
    assert.deepEqual(
      [
        format(0.0123, "s"),
        format(7200, "s"),
        format(0.9987, "percentunit"),
        format(1536, "bytes"),
        format(1234567),
      ],
      ["12.3 ms", "2 h", "99.87%", "1.5 KiB", "1.23 M"],
    );
    assert.deepEqual(
      [1, 0.99956, 0.9, 0.0123, 1.2].map((share) => format(share, "percentunit")),
      ["100%", "99.956%", "90%", "1.23%", "120%"],
    );
    assert.equal(format(undefined), "–");
  });
});
