import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dashboards } from "../../../dashboards/index.ts";
import { drawDashboard } from "../../../local/dashboards/draw/dashboard.ts";
import { format } from "../../../local/dashboards/draw/format.ts";
import { html } from "../../../local/dashboards/draw/page.ts";
import { png } from "../../../local/dashboards/draw/png.ts";
import type { DashboardModel, Datasource } from "../../../local/dashboards/model.ts";

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

interface Asked {
  url: string;
  text: string;
}

describe("a drawing of a dashboard", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function backend(answer: (response: ServerResponse, path: string) => void) {
    const asked: Asked[] = [];
    const server = createServer((request, response) => {
      const { pathname, search } = new URL(request.url ?? "", "http://localhost");
      let text = decodeURIComponent(search);
      request.on(
        "data",
        (chunk: Buffer) => (text += decodeURIComponent(chunk.toString().replaceAll("+", " "))),
      );
      request.on("end", () => {
        asked.push({ url: pathname, text });
        answer(response, pathname);
      });
    }).listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }
  const answering = (answers: typeof found) =>
    backend((response, path) => response.end(JSON.stringify(answers[path])));
  const optionsOf = (url: string) => ({
    backendOf: ({ type }: Datasource) => ({ name: type, url }),
    scrapeIntervalSeconds: 30,
    end,
    data: "test data",
  });

  it("shows every panel with its title, and says what it was drawn from", async () => {
    const { url } = await answering(found);
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
    const { url } = await answering(nothing);
    const model = modelOf("autoweave-operations");
    const { svg, empty, unavailable } = await drawDashboard(model, optionsOf(url));
    assert.equal(empty.length + unavailable.length, model.panels.filter(({ type }) => type !== "row").length);
    assert.ok(unavailable.some(({ program }) => program === "cert-manager"));
    assert.match(svg, /Needs cert-manager, which does not/);
  });

  it("asks each datasource's own backend", async () => {
    const [recent, longTerm] = [await answering(found), await answering(found)];
    const backendOf = ({ uid }: Datasource) => ({ name: uid, url: (uid === "l" ? longTerm : recent).url });
    await drawDashboard(modelOf("autoweave-slo"), { ...optionsOf(""), backendOf });
    assert.ok(longTerm.asked.some(({ text }) => text.includes("increase30d")));
    assert.ok(!recent.asked.some(({ text }) => text.includes("increase30d")));
  });

  it("fills in what has been chosen, and looks back as far as it is told", async () => {
    const { url, asked } = await answering(found);
    const options = { ...optionsOf(url), variables: { tenant: "acme" }, rangeSeconds: 900 };
    await drawDashboard(modelOf("autoweave-developer"), options);
    const ranges = asked.filter(({ url }) => url === "/api/v1/query_range");
    assert.ok(
      ranges.some(({ text }) => text.includes('tenant_id=~"acme"') && text.includes(`start=${end - 900}`)),
    );
    for (const path of ["/api/search", "/loki/api/v1/query_range"])
      assert.ok(
        asked.some(({ url, text }) => url === path && text.includes("acme")),
        path,
      );
  });

  it("leads from exemplars, traces and log lines to their trace", async () => {
    const { url } = await answering(found);
    const options = { ...optionsOf(url), traceUrl: (id: string) => `/traces/${id}` };
    const { svg } = await drawDashboard(modelOf("autoweave-developer"), options);
    const links = svg.match(new RegExp(`<a href="/traces/${traceId}">`, "g")) ?? [];
    assert.ok(links.length >= 5, `${links.length} links`);
    assert.match(svg, /90 ms at [\d:.]+, trace 0af7651916cd43dd8448eb211c80319c/);
  });

  it("shows why a panel has no data, when its backend refuses or does not answer in time, beside those that have", async () => {
    const good = await answering(found);
    const refusing = await backend((response) => response.writeHead(422).end('{"error":"a <b>ad query"}'));
    const silent = await backend(() => undefined);
    const urls: Record<string, string> = { prometheus: good.url, loki: refusing.url, tempo: silent.url };
    const { svg, failed } = await drawDashboard(modelOf("autoweave-tenant"), {
      ...optionsOf(""),
      backendOf: ({ type }) => ({ name: type, url: urls[type] ?? "" }),
      signal: AbortSignal.timeout(500),
    });
    assert.deepEqual(failed, [
      { title: "Slow traces", reason: "tempo does not answer: it took too long" },
      { title: "Failed traces", reason: "tempo does not answer: it took too long" },
      { title: "Errors in logs", reason: "loki refuses (422): a <b>ad query" },
    ]);
    assert.match(svg, /loki refuses \(422\): a &lt;b&gt;ad query/);
  });

  it("becomes a PNG, whatever its texts hold", async () => {
    const { url } = await answering({
      ...found,
      "/loki/api/v1/query_range": {
        data: { result: [{ stream: {}, values: [[line[0], "\u001b[31mred\u0000 \ud800"]] }] },
      },
    });
    const { svg } = await drawDashboard(modelOf("autoweave-tenant"), optionsOf(url));
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
      ["12.3 ms", "2 h", "99.9%", "1.5 KiB", "1.23 M"],
    );
    assert.equal(format(undefined), "–");
  });
});
