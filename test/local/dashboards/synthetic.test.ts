import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inLevels } from "../../../local/dashboards/fixture.ts";
import { apps } from "../../../local/dashboards/synthetic/apps.ts";
import { OpenMetricsWriter } from "../../../local/dashboards/synthetic/openmetrics.ts";
import { counter, gauge } from "../../../local/dashboards/synthetic/series.ts";
import { stack } from "../../../local/dashboards/synthetic/stack.ts";
import { metrics, runtimeMetrics } from "../../../sdk/src/names/index.ts";

const end = 1_800_000_000;
const tenants = ["a", "b"];
const all = [...apps({ tenants, end, buckets: "all" }), ...stack(tenants, end)];

describe("series that are made up", () => {
  it("are told apart by name and labels", () => {
    const told = all.map(({ name, labels }) => name + JSON.stringify(labels));
    assert.equal(new Set(told).size, told.length);
  });

  it("never let a counter fall", () => {
    for (const { name, counts, at } of all) {
      if (!counts) continue;
      for (let seconds = end - 7 * 86_400; seconds < end; seconds += 7200) assert.ok(at(seconds) >= 0, name);
    }
  });

  it("carry, of the vocabulary's metrics, the labels that these have", () => {
    const definitions = [...Object.values(metrics), ...Object.values(runtimeMetrics)];
    for (const { name, labels } of apps({ tenants, end, buckets: "all" })) {
      const part = /_(bucket|sum|count)$/.exec(name)?.[0] ?? "";
      const metric = definitions.find((each) => each.name === name || each.name + part === name);
      assert.ok(metric, `${name} is not in the vocabulary`);
      const own = [...metric.labels, ...(part === "_bucket" ? ["le"] : [])];
      assert.deepEqual(
        Object.keys(labels).toSorted(),
        ["environment", "service", "tenant_id", "version", ...own].toSorted(),
        name,
      );
    }
  });

  it("go on with a counter where the block before ended", async () => {
    const folder = mkdtempSync(join(tmpdir(), "openmetrics-"));
    try {
      const writer = new OpenMetricsWriter(
        [counter("c_total", { a: "b" }, () => 2), gauge("g", {}, () => 7)],
        10,
      );
      assert.equal(await writer.write(join(folder, "1"), 0, 20), 4);
      await writer.write(join(folder, "2"), 20, 30);
      assert.equal(readFileSync(join(folder, "2"), "utf8"), 'c_total{a="b"} 60 20\ng 7 20\n# EOF\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("backfilling rules", () => {
  const rule = (record: string, expr: string) => ({ record, expr });

  it("comes in levels, each of which reads those before it", () => {
    const groups = [
      { name: "g", interval: "5m", rules: [rule("a:b:c", "x"), rule("d:e:f", "sum(a:b:c)")] },
      { name: "h", rules: [rule("g:h:i", "d:e:f / a:b:c")] },
    ];
    assert.deepEqual(inLevels(groups), [
      [{ name: "g", interval: "5m", rules: [rule("a:b:c", "x")] }],
      [{ name: "g", interval: "5m", rules: [rule("d:e:f", "sum(a:b:c)")] }],
      [{ name: "h", rules: [rule("g:h:i", "d:e:f / a:b:c")] }],
    ]);
  });

  it("refuses rules that read each other", () => {
    assert.throws(
      () => inLevels([{ name: "g", rules: [rule("a:b:c", "d:e:f"), rule("d:e:f", "a:b:c")] }]),
      /read each other/,
    );
  });
});
