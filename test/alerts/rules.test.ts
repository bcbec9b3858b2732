import assert from "node:assert/strict";
import { longTermSeries, ruleGroups } from "../../alerts/rules.ts";
import { commonLabels, type MetricDefinition, metrics } from "../../sdk/src/names/index.ts";
import { metricsOf, selectorsOf } from "../support/promql.ts";
import { alertsIn, allGroups, recordingsIn, ruleOptions } from "../support/rules.ts";

const alerts = alertsIn(allGroups);
const recordings = recordingsIn(allGroups);
const kept = new RegExp(`^(?:${longTermSeries})$`);

describe("alert rules", () => {
  it("have a Watchdog that always fires", () => {
    const watchdog = alerts.find(({ alert }) => alert === "Watchdog");
    assert.equal(watchdog?.expr, "vector(1)");
    assert.equal(watchdog?.for, undefined);
  });

  it("notice the absence of every job that must be there", () => {
    const absent = alerts.find(({ alert }) => alert === "ScrapeJobAbsent");
    for (const job of ruleOptions.jobs) assert.ok(absent?.expr.includes(`absent(up{job="${job}"})`), job);
  });

  it("watch only what the stack runs: no database, no alert of a backup that nobody makes", () => {
    const names = (jobs: string[]) => ruleGroups({ ...ruleOptions, jobs }).map(({ name }) => name);
    assert.ok(names(["database"]).includes("postgresql"));
    assert.ok(!names(["loki"]).includes("postgresql"));
    assert.ok(!names(["loki"]).includes("redis"));
  });

  it("stand in groups of different names, which become resources of that name", () => {
    const names = allGroups.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[a-z0-9-]+$/);
  });

  it("say whom they concern, how badly, and what is wrong", () => {
    for (const { alert, labels, annotations } of alerts) {
      assert.match(alert, /^[A-Z][A-Za-z]+$/);
      assert.match(labels.severity, /^(critical|warning|info)$/);
      assert.match(labels.team, /^[a-z]+$/);
      for (const text of [annotations.summary, annotations.description])
        assert.match(text, /[.]$/, `${alert}: ${text}`);
      assert.match(annotations.value, /[$]value/);
    }
  });

  it("name in their summary what their labels tell, and no value: it is the same for as long as the alert fires", () => {
    for (const { alert, annotations } of alerts) assert.doesNotMatch(annotations.summary, /[$]value/, alert);
  });

  it("have a twin for each critical one, which says the same 15 minutes later and escalates", () => {
    const critical = alerts.filter(({ labels }) => labels.severity === "critical");
    const twins = critical.filter(({ labels }) => labels["escalation"] === "true");
    assert.ok(twins.length > 0);
    assert.equal(twins.length * 2, critical.length);
    assert.ok(alerts.every(({ labels }) => labels.severity === "critical" || !labels["escalation"]));
    for (const twin of twins) {
      const labels = Object.fromEntries(
        Object.entries(twin.labels).filter(([name]) => name !== "escalation"),
      );
      const original = critical.find(
        ({ alert, expr, labels: own }) =>
          alert === twin.alert && expr === twin.expr && JSON.stringify(own) === JSON.stringify(labels),
      );
      assert.ok(original, twin.alert);
      assert.equal(secondsOf(twin.for) - secondsOf(original.for), 900, twin.alert);
      assert.deepEqual(twin.annotations, original.annotations);
    }
  });
});

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };
const secondsOf = (duration = "0s") =>
  [...duration.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitSeconds[unit ?? ""] ?? NaN),
    0,
  );

describe("what the rules read", () => {
  const vocabulary = new Map<string, MetricDefinition>(
    Object.values(metrics).flatMap((metric: MetricDefinition) =>
      metric.type === "histogram"
        ? ["_bucket", "_count", "_sum"].map((end) => [`${metric.name}${end}`, metric] as const)
        : [[metric.name, metric] as const],
    ),
  );
  const isOurs = (metric: string) => /^(autoweave|http_server)_/.test(metric);
  const selectors = [...alerts, ...recordings].flatMap(({ expr }) => selectorsOf(expr));

  it("is in the vocabulary, if AutoWeave's apps emit it", () => {
    const ours = selectors.filter(({ metric }) => isOurs(metric));
    assert.ok(ours.length > 0);
    for (const { metric } of ours) assert.ok(vocabulary.has(metric), metric);
  });

  it("is asked for by labels that the metric has", () => {
    for (const { metric, labels } of selectors.filter(({ metric }) => isOurs(metric))) {
      const { type, labels: own } = vocabulary.get(metric) as MetricDefinition;
      const known = [...commonLabels, ...own, ...(type === "histogram" ? ["le"] : [])];
      for (const label of labels) assert.ok(known.includes(label as never), `${metric}{${label}}`);
    }
  });

  it("has been recorded, if it has the name of a recorded series", () => {
    const recorded = new Set(recordings.map(({ record }) => record));
    for (const { metric } of selectors) {
      if (/^\w+:\w+:\w+$/.test(metric)) assert.ok(recorded.has(metric), metric);
    }
  });

  it("is in the long memory, if it is read there", () => {
    const groups = allGroups.filter(({ prometheus }) => prometheus === "long-term");
    const own = new Set(recordingsIn(groups).map(({ record }) => record));
    const read = [...alertsIn(groups), ...recordingsIn(groups)].flatMap(({ expr }) => metricsOf(expr));
    assert.ok(read.length > 0);
    for (const metric of read) {
      assert.ok(kept.test(metric) || own.has(metric) || metric === "ALERTS", metric);
    }
  });
});

describe("the series that are kept for more than a year", () => {
  it("are the history: counts and greatest values of each five minutes", () => {
    const names = recordings.map(({ record }) => record).filter((record) => kept.test(record));
    assert.ok(names.includes("tenant:slo_errors:increase5m"));
    assert.ok(names.includes("tenant:business_operations:increase5m"));
  });

  it("are neither raw ones, nor those recorded at every evaluation, nor sums of the history", () => {
    for (const name of ["up", "autoweave_usb_events_total", "tenant:slo_events:rate5m"])
      assert.doesNotMatch(name, kept);
    assert.doesNotMatch("service:slo_events:increase1h", kept);
  });

  it("are recorded once in five minutes, so that a sum over them counts everything once", () => {
    for (const { name, intervalSeconds, rules } of allGroups) {
      const keeps = recordingsIn([{ name, prometheus: "main", rules }]).some(({ record }) =>
        kept.test(record),
      );
      if (keeps) assert.equal(intervalSeconds, 300, name);
    }
  });
});
