import assert from "node:assert/strict";
import { budgetOf, burnFactor, burnRates, impossibleBurnRates } from "../../alerts/slo/burn-rates.ts";
import { burnAlerts } from "../../alerts/slo/burn-alerts.ts";
import { type Slo, slos } from "../../alerts/slos.ts";

const slo = (objective: number): Slo => ({ ...(slos[0] as Slo), id: "fixture", objective });

describe("burn rates", () => {
  it("are as the workbook has them for 30 days: 14.4, 6, 3 and 1", () => {
    assert.deepEqual(
      burnRates(slo(0.99)).map(({ factor, longSeconds, shortSeconds }) => [
        factor,
        longSeconds,
        shortSeconds,
      ]),
      [
        [14.4, 3600, 300],
        [6, 21_600, 1800],
        [3, 86_400, 7200],
        [1, 259_200, 21_600],
      ],
    );
  });

  it("follow the length of the objective's window", () => {
    assert.equal(burnFactor(0.02, 28, 1), 13.44);
    assert.equal(burnFactor(0.1, 7, 24), 0.7);
  });

  it("leave the whole budget's last digits out", () => {
    assert.deepEqual(
      [0.95, 0.999, 0.99, 0.9].map((objective) => budgetOf({ objective })),
      [0.05, 0.001, 0.01, 0.1],
    );
  });

  it("are left out by name where an objective of 90 % makes them impossible", () => {
    assert.deepEqual(
      burnRates(slo(0.9)).map(({ factor }) => factor),
      [6, 3, 1],
    );
    assert.deepEqual(impossibleBurnRates(slo(0.9)), [
      "fixture: 2 % of the budget in 1 h, for which 144 % of the events would have to be bad",
    ]);
    const [alert] = burnAlerts(slo(0.9), "critical");
    assert.ok(alert?.expr.includes("> 6 * 0.1"));
    assert.ok(!alert?.expr.includes("14.4"));
  });

  it("raise no alert at all where none is possible", () => {
    assert.deepEqual(burnAlerts(slo(0.8), "critical"), []);
  });

  it("are all possible for the promises that are made", () => {
    assert.deepEqual(slos.flatMap(impossibleBurnRates), []);
  });
});
