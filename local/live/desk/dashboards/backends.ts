import type { Backend } from "../../../dashboards/backend.ts";
import type { DashboardModel, Datasource } from "../../../dashboards/model.ts";
import type { DeskDatasource, DeskSettings } from "../settings.ts";

/** A dashboard without a variable for tenants is a tenant's own: it asks datasources that know of one tenant alone. */
export const isTenantsOwn = ({ templating }: DashboardModel): boolean =>
  !templating.list.some(({ name }) => name === "tenant");

/** Who answers for each of Grafana's datasources: as operators have them or, if one is named, as a tenant does. */
export const backendsOf =
  ({ datasources, tenantMetricsUrl }: DeskSettings, tenant?: string) =>
  ({ uid }: Datasource): Backend | undefined => {
    const found = datasources.find((each) => each.uid === uid);
    return found && (tenant === undefined ? found : ownOf(found, tenant, tenantMetricsUrl));
  };

const ownOf = (datasource: DeskDatasource, tenant: string, metricsUrl: string): Backend => ({
  name: datasource.name,
  url: datasource.type === "prometheus" ? metricsUrl : datasource.url,
  headers: { "X-Scope-OrgID": tenant },
});
