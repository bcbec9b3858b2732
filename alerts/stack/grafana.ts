import type { Alert } from "../alert.ts";

/** @param namespace that Grafana runs in. */
export const grafanaAlerts = (namespace: string): Alert[] => [
  {
    alert: "GrafanaDown",
    severity: "critical",
    expr: 'absent(up{job="grafana"} == 1)',
    holdsSeconds: 300,
    summary: "Grafana is down.",
    description: "No replica answers: there are no dashboards.",
    unit: "count",
  },
  {
    alert: "GrafanaWithoutDatabase",
    severity: "critical",
    // It is ready only with its database, and tells its metrics without.
    expr: `kube_deployment_status_replicas_available{namespace="${namespace}",deployment="grafana"} == 0 and on () max(up{job="grafana"}) == 1`,
    holdsSeconds: 300,
    summary: "Grafana runs without its database.",
    description: "No replica is ready though they answer: nobody can log in.",
    unit: "count",
  },
];
