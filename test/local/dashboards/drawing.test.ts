import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dashboards } from "../../../dashboards/index.ts";
import { drawDashboard } from "../../../local/dashboards/draw/dashboard.ts";
import { format } from "../../../local/dashboards/draw/format.ts";
import { html } from "../../../local/dashboards/draw/page.ts";
import { png } from "../../../local/dashboards/draw/png.ts";
import type { DashboardModel } from "../../../local/dashboards/model.ts";

const end = 1_800_000_000;
const models = dashboards({
  datasources: { metrics: "m", longTermMetrics: "l", traces: "t", logs: "g" },
}).map(({ json }) => json as DashboardModel);

/** Answers every query with two series, as Prometheus would. */
function prometheus(): Promise<Server> {
  const series = ["0.1", "+Inf"].map((le) => ({
    metric: { le, tenant_id: "a<b", service: "s", alertname: "A" },
    value: [end, "1"],
    values: [
      [end - 600, "1"],
      [end - 300, "3"],
      [end, "2"],
    ],
  }));
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ status: "success", data: { result: series } })),
  );
  return new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(server)));
}

describe("a drawing of a dashboard", () => {
  let server: Server;
  let url: string;
  before(async () => {
    server = await prometheus();
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it("shows every panel with its title, and says what it was drawn from", async () => {
    for (const model of models) {
      const source = { urls: { prometheus: url }, scrapeIntervalSeconds: 30, end };
      const { svg, empty } = await drawDashboard(model, source, "test data");
      assert.deepEqual(empty, []);
      assert.match(svg, /A drawing, not Grafana: test data/);
      assert.doesNotMatch(svg, /a<b/, "labels are escaped");
      const texts = svg.replaceAll("&amp;", "&");
      for (const { title } of model.panels) assert.ok(texts.includes(`>${title.slice(0, 12)}`), title);
    }
  });

  it("names the panels whose queries find nothing", async () => {
    const silent = createServer((_, response) =>
      response.end(JSON.stringify({ status: "success", data: { result: [] } })),
    );
    await new Promise<void>((listening) => silent.listen(0, "127.0.0.1", listening));
    try {
      const urls = { prometheus: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` };
      const model = models.find(({ uid }) => uid === "autoweave-cost") as DashboardModel;
      const { empty } = await drawDashboard(model, { urls, scrapeIntervalSeconds: 30, end }, "");
      assert.equal(empty.length, model.panels.filter(({ type }) => type !== "row").length);
    } finally {
      silent.close();
    }
  });

  it("becomes a PNG, and part of a page that says what it is", async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><text>x</text></svg>';
    assert.deepEqual([...(await png(svg)).slice(1, 4)], [...Buffer.from("PNG")]);
    const page = html([{ uid: "u", title: "A & B", svg }], "test data");
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
