import assert from "node:assert/strict";
import type { AlertRule } from "../../alerts/rule.ts";
import { longTermSeries, ruleGroups } from "../../alerts/rules.ts";

const groups = ruleGroups({ jobs: ["loki", "tempo"] });
const alerts = groups.flatMap(({ rules }) => rules).filter((rule): rule is AlertRule => "alert" in rule);

describe("alert rules", () => {
  it("have a Watchdog that always fires", () => {
    const watchdog = alerts.find(({ alert }) => alert === "Watchdog");
    assert.equal(watchdog?.expr, "vector(1)");
    assert.equal(watchdog?.for, undefined);
  });

  it("notice the absence of every job that must be there", () => {
    const absent = alerts.find(({ alert }) => alert === "ScrapeJobAbsent");
    assert.equal(absent?.expr, 'absent(up{job="loki"}) or absent(up{job="tempo"})');
  });

  it("stand in groups of different names, which become resources of that name", () => {
    const names = groups.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[a-z0-9-]+$/);
  });
});

describe("the series that are kept for more than a year", () => {
  const kept = new RegExp(`^(?:${longTermSeries})$`);

  it("are recorded ones named level:metric:operations", () => {
    assert.match("tenant:usb_latency_good:increase5m", kept);
  });

  it("are neither raw ones nor recorded ones of another form", () => {
    for (const name of ["up", "autoweave_usb_events_total", "job:up", "a:b:c:d"])
      assert.doesNotMatch(name, kept);
  });
});
