/** `uid`s of Grafana's datasources. */
export interface Datasources {
  /** Prometheus with every series of the last days. */
  metrics: string;
  /** Prometheus with the recorded history of promises and of business, of more than a year. */
  longTermMetrics: string;
  traces: string;
  logs: string;
}

export const prometheus = (uid: string) => ({ type: "prometheus", uid });
export const tempo = (uid: string) => ({ type: "tempo", uid });
export const loki = (uid: string) => ({ type: "loki", uid });
