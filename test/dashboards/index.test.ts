import assert from "node:assert/strict";
import { dashboards } from "../../dashboards/index.ts";

interface Panel {
  title: string;
  description: string;
  datasource: { uid: string };
  targets: { expr: string }[];
}

const all = dashboards({ metricsDatasource: "metrics" });
const panels = all.flatMap(({ json }) => (json as { panels: Panel[] }).panels);

describe("dashboards", () => {
  it("have different uids, and carry them in what Grafana reads", () => {
    assert.equal(new Set(all.map(({ uid }) => uid)).size, all.length);
    for (const { uid, json } of all) assert.equal((json as { uid: string }).uid, uid);
  });

  it("describe every panel, and ask the datasource that is there", () => {
    assert.ok(panels.length > 0);
    for (const { title, description, datasource, targets } of panels) {
      assert.ok(description, title);
      assert.equal(datasource.uid, "metrics");
      assert.ok(targets.length > 0, title);
    }
  });
});
