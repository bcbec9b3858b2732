import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Span, trace } from "@opentelemetry/api";
import { boundsAsPushed } from "../../../infra/backends/bucket-bounds.ts";
import { isFree } from "../../../local/ports.ts";
import { waitUntil } from "../../../local/processes.ts";
import { ensureTools } from "../../../local/tools/build.ts";
import { startProgram, stopProgram, temporaryFolder, writeConfig } from "../../../test/support/program.ts";
import { healthEndpoints } from "../../src/health/endpoints.ts";
import { Health } from "../../src/health/health.ts";
import { type HealthServer, startHealthServer } from "../../src/health/server.ts";
import { systemClock } from "../../src/clock.ts";
import { MetricsCore } from "../../src/metrics/core.ts";
import { observeDelivery } from "../../src/metrics/delivery.ts";
import { Metrics } from "../../src/metrics/metrics.ts";
import { type MetricDefinition, metrics as vocabulary, runtimeMetrics } from "../../src/names/index.ts";
import { encodeResource } from "../../src/otlp/common.ts";
import { encodeRequest } from "../../src/otlp/request.ts";

const span = (traceId: string, spanId: string): Span =>
  trace.wrapSpanContext({ traceId, spanId, traceFlags: 1 });

/** Records every metric of the vocabulary, the runtime's, and some of an app's own, with all that is awkward in values and labels. */
function recordEverything(core: MetricsCore): void {
  const samples = [0, 0.001, 0.0011, 0.08, 0.2, 1, 3, 10, 1800, 1e6, 1e-9, 123456789.125];
  const values = ["plain", 'quo"te', "back\\slash", "line\nbreak", "ünïcödé 🐙", "", "a,b=c{d}", "\ud800"];
  const record = (definition: MetricDefinition, index: number) => {
    for (const [round, sample] of samples.entries()) {
      const labels = Object.fromEntries(
        definition.labels.map((label, position) => [
          label,
          values[(index + round + position) % values.length],
        ]),
      );
      const tenantId = `tenant-${round % 3}`;
      if (definition.type === "counter") core.increment(definition, labels, sample, tenantId);
      else if (definition.type === "gauge")
        core.set(definition, labels, round % 2 ? sample : -sample, tenantId);
      else core.observe(definition, labels, sample, tenantId, null);
    }
  };
  for (const [index, definition] of Object.values(vocabulary).entries()) record(definition, index);

  const metrics = new Metrics();
  metrics.attach(core);
  metrics.recordBusinessOperation("device-automation", "tenant-0", {
    plugin: "usb-scanner",
    success: true,
    value: 12.5,
    unit: "eur",
    durationMs: 200,
  });
  metrics
    .counter("app_things_total", { help: 'Things.\nAnd "more" \\ of them.' })
    .increment(undefined, 7, "tenant-0");
  metrics
    .counter("app_read_bytes_total", { help: "Read.", labels: ["from"] })
    .increment({ from: "disk" }, 2 ** 53, "tenant-0");
  metrics.gauge("app_temperature_celsius", { help: "Temperature." }).set({}, -Infinity, "tenant-0");
  metrics.gauge("app_fill_ratio", { help: "Fill." }).set({}, 0.25, "tenant-0");
  metrics.gauge("app_total_memory_bytes", { help: "Memory." }).set({}, 1e21, "tenant-0");
  const sizes = metrics.histogram("app_size_bytes", {
    help: "Sizes.",
    buckets: [1, 1024, 1e6, 2 ** 20, 2.5e6, 12_345_678.5, 2 ** 30, 1e12, 123_456_789_012_345, 1e15],
  });
  const waits = [1e-9, 2.5e-8, 1.234e-7, 1e-6, 2e-5, 1e-4, 0.00025, 1];
  metrics.histogram("app_tiny_seconds", { help: "Short.", buckets: waits }).observe({}, 1e-6, "tenant-0");
  sizes.observe({}, 1024, "tenant-0", span("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"));
  sizes.observe({}, 1e12, "tenant-0", span("1af7651916cd43dd8448eb211c80319c", "c7ad6b7169203331"));
  metrics
    .histogram("app_wait_seconds", { help: "Waits.", labels: ["state"] })
    .observe({ state: "constructor" }, 0.08, "tenant-0");
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: string;
}

interface Exemplars {
  readonly seriesLabels: Readonly<Record<string, string>>;
  readonly exemplars: readonly { labels: Record<string, string>; value: string; timestamp: number }[];
}

/** Says where a series came from, and differs by that. */
const byTheWay = new Set(["job", "instance"]);

const nameOf = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels)
    .filter(([name]) => !byTheWay.has(name))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .sort()
    .join(" ");

describe("one registry, scraped and pushed, in a real Prometheus", function () {
  this.timeout("10m");
  const folder = temporaryFolder();
  const core = new MetricsCore({
    service: "usb-hub",
    environment: "test",
    version: "1.2.3",
    tenantId: "tenant-0",
    maxLabelValues: 200,
    maxSeriesPerMetric: 2000,
    exemplars: true,
    nodeMetrics: true,
    onDrop: (reason) => assert.fail(reason),
  });
  let server: HealthServer;
  let prometheus: ChildProcess;
  let url: string;
  let promtool: string;
  let startSeconds: number;

  const query = async <Result>(path: string, parameters: Record<string, string>): Promise<Result> => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const { status, data, error } = (await response.json()) as {
      status: string;
      data: Result;
      error?: string;
    };
    assert.equal(status, "success", error);
    return data;
  };
  /** All series of a job with their value, but for what Prometheus tells of the scrape or of the sender. */
  const seriesOf = async (job: string): Promise<Map<string, string>> => {
    const { result } = await query<{ result: { metric: Series["metric"]; value: [number, string] }[] }>(
      "query",
      {
        query: `{job="${job}", __name__!~"up|scrape_.*|target_info"}`,
      },
    );
    return new Map(result.map(({ metric, value }) => [nameOf(metric), value[1]]));
  };
  const exemplarsOf = async (job: string) => {
    const found = await query<Exemplars[]>("query_exemplars", {
      query: `{job="${job}"}`,
      start: `${startSeconds}`,
      end: `${Date.now() / 1000 + 1}`,
    });
    return found
      .flatMap(({ seriesLabels, exemplars }) =>
        exemplars.map(({ labels, value, timestamp }) => ({
          series: nameOf(seriesLabels),
          labels,
          value,
          timestamp,
        })),
      )
      .sort((one, other) => one.series.localeCompare(other.series) || one.timestamp - other.timestamp);
  };
  const push = async () => {
    const resource = encodeResource({
      "service.name": "pushed",
      "service.instance.id": "one",
      "tenant.id": "tenant-0",
    });
    const response = await fetch(`${url}/api/v1/otlp/v1/metrics`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: encodeRequest(resource, await core.snapshot(Date.now())),
    });
    assert.equal(response.status, 200, await response.text());
  };

  before(async () => {
    const tools = await ensureTools(["prometheus", "promtool"]);
    promtool = tools.promtool;
    startSeconds = Date.now() / 1000;
    recordEverything(core);
    observeDelivery(core, "metrics", () => ({
      produced: 10,
      delivered: 6,
      dropped: { cardinality: 1, expired: 2 },
      waiting: { items: 1, bytes: 100 },
      failures: { timeout: 3 },
    }));

    const health = new Health({
      service: "usb-hub",
      version: "1.2.3",
      environment: "test",
      clock: systemClock,
    });
    const handler = healthEndpoints({ health, metrics: (accept) => core.page(accept) });
    server = await startHealthServer({ host: "127.0.0.1", port: 0, handler });
    let port = 21_000 + (process.pid % 5000);
    while (!(await isFree(port))) port++;
    url = `http://127.0.0.1:${port}`;
    const target = {
      static_configs: [{ targets: [`127.0.0.1:${server.port}`] }],
      metric_relabel_configs: boundsAsPushed.map(({ sourceLabels, regex, targetLabel, replacement }) => ({
        source_labels: sourceLabels,
        regex,
        target_label: targetLabel,
        replacement,
      })),
    };
    // As deployed: nothing is said of the translation of OTLP's names, so that it is the default one.
    const config = writeConfig(folder.path, "prometheus", {
      global: { scrape_interval: "1s" },
      storage: { tsdb: { out_of_order_time_window: "1h" }, exemplars: { max_exemplars: 100_000 } },
      scrape_configs: [
        { job_name: "scraped", ...target },
        { job_name: "scraped-as-text", ...target, scrape_protocols: ["PrometheusText0.0.4"] },
      ],
    });
    prometheus = await startProgram(
      tools.prometheus,
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${folder.path}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--web.enable-otlp-receiver",
        "--enable-feature=exemplar-storage",
      ],
      /Server is ready to receive web requests/,
    );
    await push();
    const arrived = async () =>
      (await seriesOf("scraped")).size > 0 && (await seriesOf("scraped-as-text")).size > 0;
    assert.ok(await waitUntil(arrived, 60), "Prometheus has scraped nothing");
  });
  after(async () => {
    await stopProgram(prometheus);
    await server.close();
    core.close();
    folder.remove();
  });

  it("has every metric of the vocabulary and of the runtime, under its name", async () => {
    const names = new Set(
      [...(await seriesOf("pushed")).keys()].map((series) => /__name__="([^"]+)"/.exec(series)?.[1] ?? ""),
    );
    // Reported once a collection of garbage, or a delay, has been seen.
    const maybe = /^nodejs_(gc_|eventloop_lag_)/;
    for (const { name, type } of [...Object.values(vocabulary), ...Object.values(runtimeMetrics)]) {
      if (!maybe.test(name)) assert.ok(names.has(type === "histogram" ? `${name}_bucket` : name), name);
    }
  });

  for (const job of ["scraped", "scraped-as-text"]) {
    it(`has the same series with the same values ${job} and pushed`, async () => {
      const runtime = new RegExp(
        `__name__="(${Object.values(runtimeMetrics)
          .map(({ name }) => name)
          .join("|")})`,
      );
      const [scraped, pushed] = [await seriesOf(job), await seriesOf("pushed")];
      const still = (all: Map<string, string>) => [...all].filter(([series]) => !runtime.test(series)).sort();
      assert.ok(still(pushed).length > 500, `only ${still(pushed).length} series`);
      assert.deepEqual(still(scraped), still(pushed));

      // What the runtime tells moves on between two readings; some of its labels may be seen by the later one only.
      const moving = (all: Map<string, string>) =>
        [...all.keys()]
          .filter(
            (series) => runtime.test(series) && !/gc_|heap_space|eventloop_lag_|active_res/.test(series),
          )
          .sort();
      assert.ok(moving(pushed).length > 10);
      assert.deepEqual(moving(scraped), moving(pushed));
    });
  }

  it("leads from the same buckets to the same spans", async () => {
    const [scraped, pushed] = [await exemplarsOf("scraped"), await exemplarsOf("pushed")];
    const spans = pushed.map(({ labels }) => `${labels["trace_id"]} ${labels["span_id"]}`);
    assert.deepEqual(spans.sort(), [
      "0af7651916cd43dd8448eb211c80319c b7ad6b7169203331",
      "1af7651916cd43dd8448eb211c80319c c7ad6b7169203331",
    ]);
    assert.deepEqual(scraped, pushed);
  });

  it("has nothing for promtool to find fault with", async () => {
    const { body } = await core.exposition("text/plain");
    const tool = spawn(promtool, ["check", "metrics"], { stdio: ["pipe", "pipe", "pipe"] });
    let said = "";
    tool.stdout.on("data", (chunk) => (said += chunk));
    tool.stderr.on("data", (chunk) => (said += chunk));
    tool.stdin.end(body);
    const [code] = await once(tool, "close");
    assert.equal(code, 0, said);
  });
});
