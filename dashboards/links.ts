import { DashboardLinkBuilder, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";
import { attributes } from "../sdk/src/names/index.ts";
import { type Datasources, loki, tempo } from "./datasources.ts";
import { chosen, type Scope, type VariableName } from "./variables.ts";

/** From each dashboard to the others, with what has been chosen. */
export const linksToOthers = () => [
  new DashboardLinkBuilder("AutoWeave")
    .type(DashboardLinkType.Dashboards)
    .tags(["autoweave"])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true),
];

const spanAttributes: Record<VariableName, string> = {
  environment: `resource.${attributes.environment}`,
  tenant: `span.${attributes.tenantId}`,
  service: `resource.${attributes.serviceName}`,
};

/** TraceQL of the spans that fulfil a condition, of what has been chosen. */
export const spansOf = (scope: Scope, condition: string): string =>
  `{ ${[condition, ...scope.map((name) => `${spanAttributes[name]} =~ "\${${name}:pipe}"`)].join(" && ")} }`;

/** What Loki indexes; the tenant is structured metadata. */
const indexed = { environment: "deployment_environment_name", service: "service_name" } as const;

/** LogQL of the lines of what has been chosen. */
export const linesOf = (scope: Scope, ...filters: string[]): string => {
  const stream = Object.entries(indexed).map(([name, label]) => `${label}=~"\${${name}:pipe}"`);
  return [`{${stream.join(", ")}}`, ...chosen(scope, ["tenant_id"]), ...filters].join(" | ");
};

export const errorsOnly = 'detected_level=~"error|fatal|critical"';

/** As part of an address, but for what stands in `${}`: Grafana must find that as it is, to fill it in. */
const encoded = (value: object) =>
  encodeURIComponent(JSON.stringify(value)).replace(/%24%7B[\w.]+(%3A\w+)?%7D/g, decodeURIComponent);

const range = { from: "${__from}", to: "${__to}" };

const explore = (title: string, datasource: { type: string; uid: string }, query: object) =>
  new DashboardLinkBuilder(title).targetBlank(true).url(
    `/explore?schemaVersion=1&orgId=\${__org.id}&panes=${encoded({
      pane: { datasource: datasource.uid, queries: [{ refId: "A", datasource, ...query }], range },
    })}`,
  );

/** From a point of a graph to the traces and the log lines of the same tenant, service and time. */
export const evidence =
  (scope: Scope, spans: string) =>
  ({ traces, logs }: Datasources) => [
    explore("Traces of this tenant, service and time", tempo(traces), {
      queryType: "traceql",
      query: spansOf(scope, spans),
    }),
    explore("Logs of this tenant, service and time", loki(logs), {
      queryType: "range",
      expr: linesOf(scope),
    }),
  ];
