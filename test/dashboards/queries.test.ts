import assert from "node:assert/strict";
import { parser as logql } from "@grafana/lezer-logql";
import { parser as traceql } from "@grafana/lezer-traceql";
import { longTermSeries } from "../../alerts/rules.ts";
import { dashboardUids } from "../../alerts/dashboards.ts";
import { dashboardRules, replicas } from "../../dashboards/recordings.ts";
import { interpolate } from "../../local/dashboards/interpolation.ts";
import { type MetricDefinition, metrics, runtimeMetrics } from "../../sdk/src/names/index.ts";
import { metricsOf, selectorsOf } from "../support/promql.ts";
import { allGroups, recordingsIn } from "../support/rules.ts";
import { type Model, models, options, panelsOf, targetsOf } from "./model.ts";

const filledIn = (query = "") => interpolate(query, { intervalSeconds: 60, scrapeIntervalSeconds: 30 });

const promQueries = targetsOf("prometheus").map(({ where, target }) => ({
  where,
  target,
  expr: filledIn(target.expr),
}));
const annotationQueries = models.flatMap(({ title, annotations }) =>
  annotations.list.map(({ name, expr }) => ({ where: `${title}, ${name}`, expr: filledIn(expr) })),
);

const vocabulary = new Set<string>(
  [...Object.values(metrics), ...Object.values(runtimeMetrics)].map(({ name }) => name),
);
const recordedIn = new Map(
  [...allGroups, dashboardRules].flatMap((group) =>
    recordingsIn([group]).map(({ record }) => [record, group.prometheus] as const),
  ),
);
const histograms = /_(bucket|sum|count)$/;
/** By its name; a pattern of names is none. */
const isRecorded = (metric: string) => /^[a-z0-9_]+(:[a-z0-9_]+)+$/.test(metric);

/** Where a query in one of Grafana's languages cannot be read. */
function faultOf(parser: typeof logql, query: string): string | undefined {
  let fault: string | undefined;
  parser.parse(query).iterate({
    enter: ({ type, from }) => {
      if (type.isError) fault ??= `at ${from}: ${query.slice(from, from + 20)} in ${query}`;
    },
  });
  return fault;
}

describe("the queries of dashboards", () => {
  it("are PromQL where Prometheus is asked", () => {
    for (const { expr } of [...promQueries, ...annotationQueries]) assert.doesNotThrow(() => metricsOf(expr));
    assert.ok(promQueries.length > 100);
  });

  it("are LogQL where Loki is asked, and TraceQL where Tempo is", () => {
    for (const [type, parser] of [
      ["loki", logql],
      ["tempo", traceql],
    ] as const) {
      const targets = targetsOf(type);
      assert.ok(targets.length > 0, type);
      for (const { where, target } of targets)
        assert.equal(faultOf(parser, filledIn(target.expr ?? target.query)), undefined, where);
    }
  });

  it("would not be taken for LogQL or TraceQL if they were broken", () => {
    assert.ok(faultOf(logql, '{a="b" | c'));
    assert.ok(faultOf(traceql, '{ name =~ && "a" }'));
  });

  it("leave no variable of Grafana's unfilled", () => {
    for (const { expr, where } of [...promQueries, ...annotationQueries])
      assert.doesNotMatch(expr, /\$(?!1")/, where);
  });

  it("read metrics of AutoWeave that are in the vocabulary, by labels that they have", () => {
    const common = ["tenant_id", "service", "environment", "version"];
    for (const { expr, where } of [...promQueries, ...annotationQueries]) {
      for (const { metric, labels } of selectorsOf(expr)) {
        if (!/^(autoweave|http_server|nodejs)_/.test(metric)) continue;
        const name = vocabulary.has(metric) ? metric : metric.replace(histograms, "");
        assert.ok(vocabulary.has(name), `${where}: ${metric} is not in the vocabulary`);
        const definition = [...Object.values(metrics), ...Object.values(runtimeMetrics)].find(
          (each) => each.name === name,
        );
        const known = [
          ...common,
          ...(definition?.labels ?? []),
          ...(metric.endsWith("_bucket") ? ["le"] : []),
        ];
        for (const label of labels)
          assert.ok(known.includes(label), `${where}: ${metric} has no label ${label}`);
      }
    }
  });

  it("narrow by no tenant what a process tells of itself, for it works for many", () => {
    const own = new Set<string>(
      [...Object.values<MetricDefinition>(metrics), ...Object.values(runtimeMetrics)]
        .filter(({ ofProcess }) => ofProcess)
        .map(({ name }) => name),
    );
    const isOwn = (metric: string) => own.has(metric) || own.has(metric.replace(histograms, ""));
    const seen = [...promQueries, ...annotationQueries].flatMap(({ expr, where }) =>
      selectorsOf(expr)
        // Programs of the stack have some metrics of processes too, and belong to no service.
        .filter(({ labels }) => labels.includes("service"))
        .filter(({ metric }) => isOwn(metric) || metric === replicas)
        .map(({ labels }) => ({ where, labels })),
    );
    assert.ok(seen.length > 10);
    for (const { where, labels } of seen) assert.ok(!labels.includes("tenant_id"), where);
  });

  it("offer every tenant and service: those for whom anything is done, and those that are", () => {
    const names = ["autoweave_health_status", "http_server_request_duration_seconds_count"];
    const counters = ["usb_events", "queue_jobs", "memory_operations"].map(
      (name) => `autoweave_${name}_total`,
    );
    for (const { query } of models.flatMap(({ templating }) => templating.list)) {
      const [, told = ""] = /__name__=~"([^"]+)"/.exec(query.query) ?? [];
      for (const name of told.split("|")) assert.ok(vocabulary.has(name.replace(histograms, "")), name);
      for (const name of [...names, ...counters]) assert.ok(told.split("|").includes(name), name);
    }
  });

  it("read recorded series that a rule records, from a Prometheus that has them", () => {
    for (const { expr, where, target } of promQueries) {
      for (const metric of metricsOf(expr).filter(isRecorded)) {
        const prometheus = recordedIn.get(metric);
        assert.ok(prometheus, `${where}: no rule records ${metric}`);
        const isLongTerm = target.datasource.uid === options.datasources.longTermMetrics;
        const isWritten = new RegExp(`^${longTermSeries}$`).test(metric);
        assert.ok(
          isLongTerm ? prometheus === "long-term" || isWritten : prometheus === "main",
          `${where}: ${metric} is not where it is asked for`,
        );
      }
    }
  });

  it("ask the history of the long-term Prometheus for nothing but recorded series", () => {
    for (const { expr, where, target } of promQueries)
      if (target.datasource.uid === options.datasources.longTermMetrics)
        for (const metric of metricsOf(expr)) assert.ok(isRecorded(metric), `${where}: ${metric}`);
  });

  it("ask for exemplars of every heat map and every graph of percentiles, at a single moment", () => {
    for (const model of models)
      for (const { type, title, targets } of panelsOf(model)) {
        if (type !== "heatmap" && !title.endsWith("percentiles")) continue;
        const [exemplars, ...more] = targets.filter(({ exemplar }) => exemplar);
        assert.ok(exemplars && more.length === 0, `${model.title}, ${title}`);
        assert.match(exemplars.expr ?? "", /_bucket\{.*\} @ end\(\)/);
      }
  });

  it("let a tenant's dashboard choose no tenant, for its datasources do", () => {
    const own = models.filter(({ uid }) => uid === dashboardUids.tenant);
    const queries = ["prometheus", "loki", "tempo"].flatMap((type) => targetsOf(type, own));
    assert.ok(queries.length > 20);
    for (const { where, target } of queries)
      assert.doesNotMatch(`${target.expr} ${target.query}`, /\$\{?tenant/, where);
    for (const { datasource } of own.flatMap(panelsOf).flatMap(({ targets }) => targets))
      assert.notEqual(datasource.uid, options.datasources.longTermMetrics, "tenants have no access to it");
  });
});

describe("links from panels", () => {
  const timed = (model: Model) =>
    panelsOf(model).filter(
      ({ type, title }) => type === "heatmap" || /: (percentiles|mean|errors)/.test(title),
    );

  it("lead from every panel of latencies to traces and logs, of the same tenant, service and time", () => {
    for (const model of models)
      for (const { title, fieldConfig } of timed(model)) {
        const [toTraces, toLogs, ...more] = fieldConfig.defaults.links ?? [];
        assert.ok(toTraces && toLogs && more.length === 0, `${model.title}, ${title}`);
        for (const [link, datasource, parser] of [
          [toTraces, options.datasources.traces, traceql],
          [toLogs, options.datasources.logs, logql],
        ] as const) {
          const url = new URL(link.url, "https://grafana.example.com");
          assert.equal(url.pathname, "/explore");
          const { pane } = JSON.parse(url.searchParams.get("panes") ?? "{}") as {
            pane: { datasource: string; queries: { query?: string; expr?: string }[]; range: object };
          };
          assert.equal(pane.datasource, datasource);
          assert.deepEqual(pane.range, { from: "${__from}", to: "${__to}" });
          const query = pane.queries[0]?.query ?? pane.queries[0]?.expr ?? "";
          assert.match(query, /\$\{service:pipe\}/);
          assert.equal(faultOf(parser, filledIn(query)), undefined, query);
        }
      }
  });

  it("survive being an address when everything is chosen", () => {
    const [panel] = models.flatMap(timed);
    const url = new URL(filledIn(panel?.fieldConfig.defaults.links?.[0]?.url), "https://grafana.example.com");
    assert.ok(
      url.searchParams.get("panes")?.includes(".{1,}"),
      "the pattern of any value has changed on its way",
    );
  });
});
