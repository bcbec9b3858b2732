import assert from "node:assert/strict";
import fc from "fast-check";
import { type MetricDefinition, overflowValue } from "../../src/names/index.ts";
import { Family } from "../../src/metrics/family.ts";
import { MetricRegistry, type ValueSeries } from "../../src/metrics/registry.ts";
import { heapBytes } from "../support/memory.ts";

const familyOf = (
  labels: readonly string[],
  maxLabelValues: number,
  maxSeriesPerMetric: number,
  startsWith: MetricDefinition["startsWith"] = [],
) => {
  const metric = new MetricRegistry().value({
    name: "things_total",
    type: "counter",
    help: "Things.",
    labels,
    startsWith,
  });
  let overflows = 0;
  const family = new Family<ValueSeries>(metric, {
    maxLabelValues,
    maxSeriesPerMetric,
    constantLabels: { service: "svc", environment: "test", version: "1" },
    onOverflow: () => overflows++,
  });
  return { family, series: metric.series, overflows: () => overflows };
};

describe("the series of a metric", () => {
  it("are told apart by all of their labels, whatever characters are in the values", () => {
    const { family, series } = familyOf(["a", "b"], 100, 100);
    const pairs = [
      ["1,b:2", "3"],
      ["1", "2,b:3"],
      ["1", "2"],
      ["", "1"],
      ["1", ""],
      ["__proto__", "constructor"],
    ];
    for (const [a, b] of pairs) family.find({ a, b }, "blue").value++;
    for (const [a, b] of pairs) family.find({ a, b }, "green").value++;
    assert.equal(series().length, 2 * pairs.length);
    assert.ok(series().every(({ value }) => value === 1));
  });

  it("are found again by numbers, flags and their texts alike", () => {
    const { family, series } = familyOf(["status"], 100, 100);
    for (const status of [200, "200", 200n, 200, "200"]) family.find({ status }, "blue").value++;
    assert.deepEqual(
      series().map(({ labels, value }) => [labels["status"], value]),
      [["200", 5]],
    );
  });

  it("carry every label that has a value, and the common ones", () => {
    const { family, series } = familyOf(["action", "plugin"], 100, 100);
    family.find({ action: "load", plugin: undefined }, "blue");
    assert.deepEqual(series()[0]?.labels, {
      tenant_id: "blue",
      action: "load",
      service: "svc",
      environment: "test",
      version: "1",
    });
  });

  it("become `other` by a label that has too many values, and each use is counted", () => {
    const { family, series, overflows } = familyOf(["user"], 3, 100);
    for (const user of ["a", "b", "c", "d", "e", "a", "d"]) family.find({ user }, "blue").value++;
    const values = Object.fromEntries(series().map(({ labels, value }) => [labels["user"], value]));
    assert.deepEqual(values, { a: 2, b: 1, c: 1, [overflowValue]: 3 });
    assert.equal(overflows(), 3);
  });

  it("do not count what is called `other` by its own name", () => {
    const { family, overflows } = familyOf(["user"], 1, 100);
    family.find({ user: "a" }, "blue");
    family.find({ user: overflowValue }, "blue");
    assert.equal(overflows(), 0);
  });

  it("become `other` by the label with the most values when the metric has too many, and by the tenant last", () => {
    const { family, series } = familyOf(["route", "method"], 100, 20);
    for (let route = 0; route < 9; route++) {
      for (const method of ["GET", "POST"]) family.find({ route: `/${route}`, method }, "blue").value++;
    }
    family.find({ route: "/new", method: "GET" }, "blue").value++;
    assert.deepEqual(
      series()
        .slice(18)
        .map(({ labels }) => [labels["tenant_id"], labels["route"], labels["method"]]),
      [["blue", overflowValue, "GET"]],
    );
    // Room for one more, which is the one for everything.
    family.find({ route: "/new", method: "POST" }, "blue").value++;
    family.find({ route: "/new", method: "PUT" }, "green").value++;
    family.find({ route: "/newer", method: "GET" }, "blue").value++;
    assert.deepEqual(
      series()
        .slice(18)
        .map(({ labels, value }) => [labels["tenant_id"], labels["route"], labels["method"], value]),
      [
        ["blue", overflowValue, "GET", 2],
        [overflowValue, overflowValue, overflowValue, 2],
      ],
    );
  });

  it("stay within both bounds and count everything, whatever comes", () => {
    const value = fc.oneof(fc.nat(30), fc.constantFrom("a", "b", "", undefined, null, true), fc.string());
    const use = fc.record({ a: value, b: value, tenant: fc.constantFrom("blue", "green", "red", "") });
    fc.assert(
      fc.property(
        fc.array(use, { maxLength: 300 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom([], [{ b: "x" }, { b: "y" }]),
        (uses, maxLabelValues, maxSeries, startsWith) => {
          const { family, series, overflows } = familyOf(["a", "b"], maxLabelValues, maxSeries, startsWith);
          for (const { a, b, tenant } of uses) family.find({ a, b }, tenant).value++;
          assert.ok(series().length <= maxSeries);
          assert.equal(
            series().reduce((sum, each) => sum + each.value, 0),
            uses.length,
          );
          for (const label of ["tenant_id", "a", "b"]) {
            const values = new Set(series().map(({ labels }) => labels[label]));
            values.delete(undefined);
            values.delete(overflowValue);
            assert.ok(values.size <= maxLabelValues);
          }
          const unlabelled = series().filter(({ labels }) => Object.values(labels).includes(overflowValue));
          if (!uses.some(({ a, b }) => a === overflowValue || b === overflowValue)) {
            assert.equal(
              unlabelled.reduce((sum, each) => sum + each.value, 0),
              overflows(),
            );
          }
        },
      ),
    );
  });

  it("begin with what the metric starts with, at 0, once", () => {
    const starts = [{ b: "x" }, { b: "y" }];
    const { family, series, overflows } = familyOf(["a", "b"], 100, 100, starts);
    for (const b of ["x", "y", "z"]) family.find({ a: 1, b }, "blue").value++;
    family.find({ a: 2, b: "z" }, "blue").value++;
    assert.deepEqual(
      series().map(({ labels, value }) => [labels["a"], labels["b"], value]),
      [
        ["1", "x", 1],
        ["1", "y", 1],
        ["1", "z", 1],
        ["2", "z", 1],
        ["2", "x", 0],
        ["2", "y", 0],
      ],
    );
    assert.equal(overflows(), 0);
  });

  it("do without what the metric starts with where there is no room for it", () => {
    const starts = [{ b: "x" }, { b: "y" }];
    const few = familyOf(["a", "b"], 1, 100, starts);
    few.family.find({ a: 1, b: "x" }, "blue");
    assert.equal(few.series().length, 1);
    const full = familyOf(["a", "b"], 100, 10, starts);
    for (let a = 0; a < 20; a++) full.family.find({ a, b: "x" }, "blue").value++;
    assert.equal(full.series().length, 10);
    const zeros = full.series().filter(({ value }) => value === 0);
    assert.deepEqual(new Set(zeros.map(({ labels }) => labels["b"])), new Set(["y"]));
    assert.ok(zeros.every(({ labels }) => labels["a"] !== overflowValue));
    assert.equal(few.overflows(), 0);
  });

  it("take no more memory for very many values than for a few", () => {
    const { family, series } = familyOf(["user"], 200, 2000);
    const use = (from: number, to: number) => {
      for (let i = from; i < to; i++) family.find({ user: `user-${i}` }, "blue");
    };
    use(0, 1_000);
    const before = heapBytes();
    use(1_000, 200_000);
    const grownMiB = (heapBytes() - before) / 2 ** 20;
    assert.equal(series().length, 201);
    assert.ok(grownMiB < 1, `${grownMiB} MiB more`);
  });

  it("keep no long text alive by a short part of it", () => {
    const { family, series } = familyOf(["part"], 200, 2000);
    const before = heapBytes();
    for (let i = 0; i < 20; i++)
      family.find({ part: `${i} ${"long ".repeat(2 ** 18)}`.slice(0, 20) }, "blue");
    const grownMiB = (heapBytes() - before) / 2 ** 20;
    assert.equal(series().length, 20);
    assert.ok(grownMiB < 5, `${grownMiB} MiB more`);
  });
});
