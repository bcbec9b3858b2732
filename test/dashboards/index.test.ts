import assert from "node:assert/strict";
import { dashboardUids } from "../../alerts/dashboards.ts";
import { all, models, options, panelsOf } from "./model.ts";

describe("every dashboard", () => {
  it("has the uid that alerts link to, and there is one for each of these", () => {
    assert.deepEqual(all.map(({ uid }) => uid).toSorted(), Object.values(dashboardUids).toSorted());
    for (const { uid, json } of all) assert.equal((json as { uid: string }).uid, uid);
  });

  it("is small enough for the ConfigMap that brings it to the cluster", () => {
    for (const { uid, json } of all) {
      const bytes = Buffer.byteLength(JSON.stringify(json));
      assert.ok(bytes < 256 * 1024, `${uid} has ${bytes} bytes`);
    }
  });

  it("lets its reader choose environment, tenant and service, many at once or all; a tenant cannot choose a tenant", () => {
    for (const { uid, templating } of models) {
      const names = templating.list.map(({ name }) => name);
      const tenant = uid === dashboardUids.tenant ? [] : ["tenant"];
      assert.deepEqual(names, ["environment", ...tenant, "service"], uid);
      for (const { name, multi, includeAll, query, datasource } of templating.list) {
        assert.ok(multi && includeAll, `${uid}: ${name}`);
        assert.match(query.query, /^label_values\(.+, \w+\)$/);
        assert.equal(datasource.uid, options.datasources.metrics);
      }
    }
  });

  it("shows deployments and firing alerts on its graphs", () => {
    for (const { annotations, uid } of models) {
      assert.deepEqual(
        annotations.list.map(({ name }) => name),
        ["Deployments", "Firing alerts"],
        uid,
      );
    }
  });

  it("gives every panel a title of its own, a description, a unit and a datasource that there is", () => {
    const uids = Object.values(options.datasources);
    for (const model of models) {
      const panels = panelsOf(model);
      assert.ok(panels.length > 0);
      assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length, `${model.title}: titles`);
      for (const { title, description, datasource, fieldConfig, targets } of panels) {
        const where = `${model.title}, ${title}`;
        assert.ok(title && description?.endsWith("."), `${where}: description`);
        assert.ok(fieldConfig.defaults.unit, `${where}: unit`);
        assert.ok(targets.length > 0, `${where}: queries`);
        for (const { uid } of [datasource, ...targets.map((target) => target.datasource)].filter(Boolean) as {
          uid: string;
        }[]) {
          assert.ok(uids.includes(uid), `${where}: datasource ${uid}`);
          assert.equal(uid, datasource?.uid, `${where}: a panel asks one datasource`);
        }
      }
    }
  });

  it("lays its panels out without overlap, in 24 columns, each with an id of its own", () => {
    for (const { title, panels } of models) {
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, title);
      const taken = new Map<string, string>();
      for (const panel of panels) {
        const { x, y, w, h } = panel.gridPos;
        assert.ok(w > 0 && h > 0 && x + w <= 24, `${title}: ${panel.title} leaves the grid`);
        for (let column = x; column < x + w; column += 1)
          for (let line = y; line < y + h; line += 1) {
            const other = taken.get(`${column},${line}`);
            assert.equal(other, undefined, `${title}: ${panel.title} lies on ${other}`);
            taken.set(`${column},${line}`, panel.title);
          }
      }
    }
  });

  it("fills each line of its layout to the end", () => {
    for (const { title, panels } of models) {
      const lines = Map.groupBy(panels, ({ gridPos }) => gridPos.y);
      for (const [y, line] of lines) {
        const columns = line.reduce((sum, { gridPos }) => sum + gridPos.w, 0);
        assert.equal(columns, 24, `${title}: line ${y} with ${line.map((panel) => panel.title).join(", ")}`);
      }
    }
  });
});
