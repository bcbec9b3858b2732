import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parser as logql } from "@grafana/lezer-logql";
import { parser as traceql } from "@grafana/lezer-traceql";
import { dashboards } from "../../dashboards/index.ts";
import { datasourceUids } from "../../infra/backends/grafana/datasources.ts";
import { rulesOf } from "../../infra/backends/rules.ts";
import { readStack } from "../../infra/config/file.ts";
import { type MetricDefinition, metrics } from "../../sdk/src/names/index.ts";
import { metricsOf } from "../support/promql.ts";
import { alertsIn, allGroups, recordingsIn } from "../support/rules.ts";
import { runbookFolder, runbookQueries } from "../support/runbooks.ts";

const runbooks = readdirSync(runbookFolder).map((file) => basename(file, ".md"));
const read = (name: string) => readFileSync(join(runbookFolder, `${name}.md`), "utf8");
const alerts = alertsIn(allGroups);

interface DashboardJson {
  templating: { list: { name: string }[] };
}

/** @throws where the text is not of the language. */
function parse(language: typeof logql, text: string): void {
  language.parse(text).iterate({
    enter: ({ type, from }) => {
      if (type.isError) assert.fail(`at ${from}: ${text}`);
    },
  });
}

describe("runbooks", () => {
  it("are there for each alert, and for nothing else", () => {
    assert.deepEqual(runbooks.sort(), [...new Set(alerts.map(({ alert }) => alert))].sort());
  });

  it("say what is wrong, what it means, how to check, what to do and whom to ask next", () => {
    for (const name of runbooks) {
      const headings = read(name).match(/^#+ .*$/gm);
      const expected = [`# ${name}`, "## Impact", "## Check", "## What to do", "## Whom next"];
      assert.deepEqual(headings, expected);
      assert.match(read(name), /^1\. /m, name);
    }
  });

  it("have queries ready to paste: each parses", () => {
    for (const name of runbooks) {
      const queries = runbookQueries(name);
      assert.ok(queries.length > 0, name);
      for (const { language, text } of queries) {
        if (language === "promql") metricsOf(text);
        if (language === "logql") parse(logql, text);
        if (language === "traceql") parse(traceql as typeof logql, text);
      }
    }
  });

  it("ask for metrics of AutoWeave's that are in the vocabulary, and for series that are recorded", () => {
    const ours = new Set(
      Object.values(metrics).flatMap(({ name, type }: MetricDefinition) =>
        type === "histogram" ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
      ),
    );
    const recorded = new Set(recordingsIn(allGroups).map(({ record }) => record));
    for (const name of runbooks) {
      const promql = runbookQueries(name).filter(({ language }) => language === "promql");
      for (const metric of promql.flatMap(({ text }) => metricsOf(text))) {
        if (/^(autoweave|http_server)_\w+$/.test(metric)) assert.ok(ours.has(metric), `${name}: ${metric}`);
        if (metric.includes(":")) assert.ok(recorded.has(metric), `${name}: ${metric}`);
      }
    }
  });

  it("lead to runbooks that there are", () => {
    for (const name of runbooks) {
      const prose = read(name).replace(/^```.*?^```$/gms, "");
      for (const [, target = ""] of prose.matchAll(/\]\(([^)]+)\)/g)) {
        assert.ok(runbooks.includes(basename(target, ".md")), `${name} → ${target}`);
      }
    }
  });
});

describe("the links of alerts", () => {
  for (const stackName of ["dev", "prod"]) {
    const stack = readStack(stackName);
    const rules = alertsIn(rulesOf(stack));

    it(`of ${stackName} lead to the runbook of that alert`, () => {
      const [before = "", after = ""] = stack.alertmanager.runbookUrl.split("{alert}");
      for (const { alert, annotations } of rules) {
        const url = annotations.runbook_url;
        assert.ok(url.startsWith(before) && url.endsWith(after), url);
        assert.equal(url.slice(before.length, url.length - after.length), alert);
        assert.ok(runbooks.includes(alert));
      }
    });

    it(`of ${stackName} lead to a dashboard that there is, at its own Grafana, and set variables that it has`, () => {
      const there = new Map(
        dashboards({ datasources: datasourceUids }).map(({ uid, json }) => [uid, json as DashboardJson]),
      );
      for (const { alert, annotations } of rules) {
        const url = new URL(annotations.dashboard_url.replace(/\{\{.*?\}\}/g, "value"));
        assert.equal(url.host, `grafana.${stack.domain}`);
        const dashboard = there.get(url.pathname.replace("/d/", ""));
        assert.ok(dashboard, `${alert}: ${url.pathname}`);
        const variables = dashboard.templating.list.map(({ name }) => `var-${name}`);
        for (const name of url.searchParams.keys()) assert.ok(variables.includes(name), `${alert}: ${name}`);
      }
    });
  }

  it("to traces ask for TraceQL that parses, whatever tenant and service are filled in", () => {
    const urls = alerts.flatMap(({ annotations }) => annotations["traces_url"] ?? []);
    assert.ok(urls.length > 0);
    for (const url of urls) {
      const filled = url
        .replace(/\{\{ \$labels\.\w+ \| urlquery \}\}/g, "value")
        .replace(/\{\{.*?end \}\}/g, "0");
      const panes = new URL(filled).searchParams.get("panes") ?? "";
      const { traces } = JSON.parse(panes) as { traces: { queries: { query: string }[] } };
      for (const { query } of traces.queries) parse(traceql as typeof logql, query);
    }
  });
});
