import { DashboardBuilder, DashboardCursorSync, RowBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { type DashboardName, dashboardUids } from "../alerts/dashboards.ts";
import { annotations } from "./annotations.ts";
import type { Datasources } from "./datasources.ts";
import { linksToOthers } from "./links.ts";
import type { Panel } from "./panels/panel.ts";
import { type Scope, variable } from "./variables.ts";

export interface DashboardOptions {
  datasources: Datasources;
}

export interface Dashboard {
  /** Stable: links point to it. */
  uid: string;
  title: string;
  folder: string;
  /** The dashboard as Grafana reads it. */
  json: object;
}

export interface Row {
  title: string;
  /** From left to right, in lines of 24 columns. */
  panels: Panel[];
}

/** A dashboard as its author states it. */
export interface DashboardDefinition {
  name: DashboardName;
  title: string;
  /** The question that it answers, and whose. */
  description: string;
  /** What its reader may choose. */
  scope: Scope;
  /** How far back it looks at first, e.g. `now-6h`. */
  from: string;
  rows: Row[];
}

const folder = "AutoWeave";

/** Renders a definition for a stack's datasources. */
export function dashboard(
  { name, title, description, scope, from, rows }: DashboardDefinition,
  { datasources }: DashboardOptions,
): Dashboard {
  const uid = dashboardUids[name];
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(["autoweave"])
    .readonly()
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: "now" })
    .refresh("1m")
    .variables(scope.map((name) => variable(name, scope, datasources)))
    .annotations(annotations(scope, datasources))
    .links(linksToOthers());
  let id = 0;
  for (const { title, panels } of rows) {
    builder.withRow(new RowBuilder(title).id(++id));
    for (const panel of panels) builder.withPanel(panel(datasources).id(++id));
  }
  return { uid, title, folder, json: builder.build() };
}
