import type { Dashboard, DashboardOptions } from "../../dashboards/dashboard.ts";
import { dashboards } from "../../dashboards/index.ts";

/** What tests read of a dashboard's JSON. */
export interface Model {
  uid: string;
  title: string;
  templating: { list: Variable[] };
  annotations: { list: Annotation[] };
  panels: Panel[];
}

export interface Variable {
  name: string;
  multi: boolean;
  includeAll: boolean;
  allValue: string;
  datasource: Ref;
  query: { query: string };
}

export interface Annotation {
  name: string;
  expr: string;
  datasource: Ref;
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: Ref;
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig: {
    defaults: { unit?: string; links?: { title: string; url: string }[]; thresholds: Thresholds };
  };
  targets: Target[];
}

interface Thresholds {
  steps: { value: number | null; color: string }[];
}

interface Ref {
  type: string;
  uid: string;
}

export interface Target {
  refId: string;
  datasource: Ref;
  /** PromQL or LogQL. */
  expr?: string;
  /** TraceQL. */
  query?: string;
  exemplar?: boolean;
}

export const options: DashboardOptions = {
  datasources: { metrics: "main", longTermMetrics: "long", traces: "tempo", logs: "loki" },
};

export const all: Dashboard[] = dashboards(options);
export const models = all.map(({ json }) => json as Model);

/** Panels that show something, with the dashboard that they are on. */
export const panelsOf = ({ panels }: Model): Panel[] => panels.filter(({ type }) => type !== "row");

export const targetsOf = (type: string, among: readonly Model[] = models) =>
  among.flatMap((model) =>
    panelsOf(model).flatMap((panel) =>
      panel.targets
        .filter(({ datasource }) => datasource.type === type)
        .map((target) => ({ where: `${model.title}, ${panel.title}`, target })),
    ),
  );
