import { AnnotationQueryBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { type Datasources, prometheus } from "./datasources.ts";
import { ofProcesses } from "./promql.ts";
import { replicas } from "./recordings.ts";
import { chosen, type Scope, select } from "./variables.ts";

/** How long a version counts as new, and how often that is asked: no deployment falls between two of the answers. */
const newFor = "5m";
const step = "120s";

/** The stack's own alerts concern whoever has been chosen. */
const orOfNone = (matchers: readonly string[]) => matchers.map((matcher) => matcher.replace(/"$/, '|"'));

/** What happened, drawn over every graph: versions that came, and alerts that fired. */
export const annotations = (scope: Scope, { metrics: uid }: Datasources) => {
  const versions = `group by (service, version) (${ofProcesses(replicas, scope)}`;
  const firing = select("ALERTS", [
    'alertstate="firing"',
    'severity=~"critical|warning"',
    'escalation=""',
    ...orOfNone(chosen(scope, ["tenant_id", "service"])),
  ]);
  const annotation = (name: string, color: string, expr: string) =>
    new AnnotationQueryBuilder()
      .name(name)
      .datasource(prometheus(uid))
      .enable(true)
      .iconColor(color)
      .expr(expr)
      .step(step);
  return [
    annotation("Deployments", "blue", `${versions}) unless ${versions} offset ${newFor})`)
      .titleFormat("{{service}} {{version}}")
      .textFormat("A version that was not there before is ready.")
      .tagKeys("service,version"),
    annotation("Firing alerts", "red", `group by (alertname, severity, tenant_id, service) (${firing})`)
      .titleFormat("{{alertname}}")
      .textFormat("{{severity}} {{tenant_id}} {{service}}")
      .tagKeys("severity,tenant_id,service"),
  ];
};
