export interface Dashboard {
  /** Stable: links point to it. */
  uid: string;
  title: string;
  folder: string;
  /** The dashboard as Grafana reads it. */
  json: object;
}

export interface DashboardOptions {
  /** `uid` of the datasource with the metrics of the last days. */
  metricsDatasource: string;
}
