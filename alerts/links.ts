import { attributes } from "../sdk/src/names/index.ts";
import { type DashboardName, dashboardUids, dashboardVariables } from "./dashboards.ts";

export interface Links {
  /** Address of a runbook, with `{alert}` where the alert's name stands. */
  runbookUrl: string;
  /** Address of Grafana, without a slash at the end. */
  grafanaUrl: string;
  /** `uid` of Grafana's datasource that holds the traces. */
  tracesDatasource: string;
}

/** Labels of an alert by which its links are narrowed. */
export type Subject = readonly ("tenant_id" | "service")[];

/** The label's value in an address. The braces are Prometheus' own, which fills them in when the alert fires. */
const label = (name: string) => `{{ $labels.${name} | urlquery }}`;

export const runbookUrl = ({ runbookUrl }: Links, alert: string): string =>
  runbookUrl.replaceAll("{alert}", alert);

export function dashboardUrl({ grafanaUrl }: Links, dashboard: DashboardName, subject: Subject): string {
  const variables = {
    tenant_id: `var-${dashboardVariables.tenant}=${label("tenant_id")}`,
    service: `var-${dashboardVariables.service}=${label("service")}`,
  };
  const query = subject.map((name) => variables[name]).join("&");
  return `${grafanaUrl}/d/${dashboardUids[dashboard]}${query ? `?${query}` : ""}`;
}

/** How far back the search for traces looks from the time at which the alert was last seen to hold, in seconds. */
const lookBackSeconds = 1800;

/**
 * Grafana's search for the traces behind an alert: of its tenant and service, around its time.
 * @param condition TraceQL that the spans fulfil; `<queue>` stands for the value of the alert's label `queue`.
 */
export function tracesUrl(
  { grafanaUrl, tracesDatasource }: Links,
  condition: string,
  subject: Subject,
): string {
  const filters = {
    service: `resource.${attributes.serviceName} = "<service>"`,
    tenant_id: `span.${attributes.tenantId} = "<tenant_id>"`,
  };
  const datasource = { type: "tempo", uid: tracesDatasource };
  const query = `{ ${[...subject.map((name) => filters[name]), condition].join(" && ")} }`;
  const panes = {
    traces: {
      datasource: tracesDatasource,
      queries: [{ refId: "A", datasource, queryType: "traceql", query }],
      range: { from: "<from>", to: "<to>" },
    },
  };
  const filled = encodeURIComponent(JSON.stringify(panes)).replace(
    /%3C([a-z_]+)%3E/g,
    (_, name: string) => times[name] ?? label(name),
  );
  return `${grafanaUrl}/explore?schemaVersion=1&orgId=1&panes=${filled}`;
}

/** A time in milliseconds since 1970, from that of the rule's evaluation: all that a template of Prometheus knows of time. */
const milliseconds = (seconds: string) =>
  `{{ with query "1000 * (${seconds})" }}{{ . | first | value | printf "%.0f" }}{{ end }}`;

const times: Record<string, string> = {
  from: milliseconds(`time() - ${lookBackSeconds}`),
  to: milliseconds("time()"),
};
