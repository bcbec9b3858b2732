import { describeFault, type FaultOrder, type RunningFault } from "../../demo/fault-kinds.ts";
import type { DemoTenant } from "./control.ts";
import { dashboardsOf, type ExpectedAlert, expectedOf } from "./expectations.ts";

/** `usb-slow of acme`, `down of the hub` */
export const nameOf = ({ fault, tenant }: FaultOrder): string => `${fault} of ${tenant ?? "the hub"}`;

/** What a fault does, and until when, in this machine's time. */
export const stateOf = (fault: RunningFault): string =>
  `${nameOf(fault)} until ${new Date(fault.until).toLocaleTimeString("en-GB")}: ${describeFault(fault)}.`;

/**
 * What will follow from a fault: who is told what, and where it can be seen.
 * @param tenants the stack's own first.
 * @param endpoints where the live stack's pages are.
 */
export function consequencesOf(
  order: FaultOrder,
  tenants: readonly DemoTenant[],
  endpoints: Readonly<Record<string, string>>,
): string[] {
  const expected = expectedOf(order);
  return [
    `Expect  ${expected ? alertOf(expected, order, tenants) : "no alert: it is too small or too short for one"}`,
    `Look    ${endpoints["receiver"]}  what Alertmanager has sent, and to whom`,
    `        ${endpoints["dashboards"]}  ${dashboardsOf[order.fault].join(", ")}`,
    `End     Ctrl-C, or npm run demo -- --stop`,
  ];
}

function alertOf(expected: ExpectedAlert, order: FaultOrder, tenants: readonly DemoTenant[]): string {
  const { alert, severity, names, after } = expected;
  const tenant = { tenant: order.tenant, "own-tenant": tenants[0]?.id, service: undefined }[names];
  const subject = tenant ?? "the hub";
  return `${alert} (${severity}) of ${subject} at ${receiversOf(severity, tenant, tenants)}, ${after}`;
}

/** As Alertmanager routes: critical alerts page, those of premium tenants reach their own support as well. */
function receiversOf(
  severity: ExpectedAlert["severity"],
  tenant: string | undefined,
  tenants: readonly DemoTenant[],
): string {
  const isPremium = tenants.some(({ id, tier }) => id === tenant && tier === "premium");
  const receivers = [...(severity === "critical" ? ["critical"] : []), ...(isPremium ? ["premium"] : [])];
  return receivers.join(" and ") || "default";
}
