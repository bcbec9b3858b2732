/** What a drawing needs of a dashboard's JSON, as Grafana has it. */
export interface DashboardModel {
  uid: string;
  title: string;
  description: string;
  time: { from: string };
  /** What its reader may choose. */
  templating: { list: VariableModel[] };
  panels: PanelModel[];
  annotations: { list: { name: string; datasource: Datasource; iconColor: string; expr: string }[] };
}

export interface VariableModel {
  name: string;
  label: string;
  /** E.g. `label_values(up{job=~"$job"}, pod)`. */
  definition: string;
}

export interface Datasource {
  /** E.g. `prometheus`. */
  type: string;
  uid: string;
}

export interface PanelModel {
  type: string;
  title: string;
  description?: string;
  datasource?: Datasource;
  gridPos: { x: number; y: number; w: number; h: number };
  interval?: string;
  fieldConfig: {
    defaults: {
      unit?: string;
      /** What it means that there is nothing to show. */
      noValue?: string;
      min?: number;
      max?: number;
      thresholds?: { steps: Step[] };
      custom?: {
        drawStyle?: string;
        fillOpacity?: number;
        axisSoftMax?: number;
        stacking?: { mode?: string };
        thresholdsStyle?: { mode?: string };
      };
    };
    overrides: { matcher: { id: string; options: string }; properties: { id: string; value: unknown }[] }[];
  };
  transformations?: {
    id: string;
    options: { renameByName?: Record<string, string>; indexByName?: Record<string, number> };
  }[];
  targets: TargetModel[];
}

export interface Step {
  /** Null of the first, which begins at minus infinity. */
  value: number | null;
  color: string;
}

export interface TargetModel {
  refId: string;
  expr?: string;
  query?: string;
  legendFormat?: string;
  instant?: boolean;
  exemplar?: boolean;
}

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a duration such as `5m` or `now-6h`. */
export function secondsOf(duration: string): number {
  const [, count, unit = ""] = /(\d+)([smhd])$/.exec(duration) ?? [];
  const length = unitSeconds[unit];
  if (count === undefined || length === undefined) throw new Error(`${duration} is no duration.`);
  return Number(count) * length;
}
