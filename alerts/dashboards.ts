/** The dashboards by their stable uid, and the variables that a link may set. */
export const dashboardUids = {
  developer: "autoweave-developer",
  operations: "autoweave-operations",
  business: "autoweave-business",
  tenant: "autoweave-tenant",
  slo: "autoweave-slo",
  cost: "autoweave-cost",
} as const;
export type DashboardName = keyof typeof dashboardUids;

export const dashboardVariables = { tenant: "tenant", service: "service" } as const;
