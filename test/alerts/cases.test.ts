import assert from "node:assert/strict";
import { slos } from "../../alerts/slos.ts";
import { sloTrials } from "../e2e/alerts/cases/slo.ts";
import { stackCases } from "../e2e/alerts/cases/stack.ts";
import type { RuleCase } from "../support/promtool.ts";
import { alertsIn, allGroups } from "../support/rules.ts";

const cases: RuleCase[] = [
  ...slos.flatMap((slo) => sloTrials(slo).flatMap((trial) => trial.cases)),
  ...Object.values(stackCases).flat(),
];
const names = [...new Set(alertsIn(allGroups).map(({ alert }) => alert))].filter(
  (name) => name !== "Watchdog",
);

/** How many alerts fire, one time of a case after the other. */
const course = ({ firing }: RuleCase) => Object.values(firing).map((alerts) => alerts.length);
const rises = (counts: number[]) =>
  counts.some((count, index) => index > 0 && counts[index - 1] === 0 && count > 0);
const falls = (counts: number[]) =>
  counts.some((count, index) => index > 0 && (counts[index - 1] ?? 0) > 0 && count === 0);
const isSilent = (counts: number[]) => counts.length > 0 && counts.every((count) => count === 0);

describe("the cases that promtool tries", () => {
  for (const [what, holds] of Object.entries({
    "a case in which it fires at its time, and not before": rises,
    "a case in which it ends": falls,
    "a case in which it is silent": isSilent,
  })) {
    it(`have, for every alert, ${what}`, () => {
      const without = names.filter(
        (name) => !cases.some((tried) => tried.alert === name && holds(course(tried))),
      );
      assert.deepEqual(without, []);
    });
  }

  it("have a case for every alert that fires for want of a series", () => {
    const absent = alertsIn(allGroups).filter(({ expr }) =>
      /absent\(|unless on \(service\) present/.test(expr),
    );
    assert.ok(absent.length > 0);
    for (const { alert } of absent) {
      assert.ok(
        cases.some(
          ({ alert: own, series, firing }) =>
            own === alert &&
            Object.values(firing).some((alerts) => alerts.length > 0) &&
            (Object.values(series).some((samples) => samples.includes("stale")) ||
              Object.keys(series).every((name) => name === "up")),
        ),
        alert,
      );
    }
  });

  it("belong to an alert that there is", () => {
    const known = new Set([...names, "Watchdog"]);
    for (const { alert } of cases) assert.ok(known.has(alert), alert);
  });
});
