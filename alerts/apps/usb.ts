import { metrics, spanNames } from "../../sdk/src/names/index.ts";
import type { Alert } from "../alert.ts";

const subject = ["tenant_id", "service"] as const;
const by = `sum by (${subject.join(", ")})`;
const who = "{{ $labels.service }} for tenant {{ $labels.tenant_id }}";
const events = metrics.usbEvents.name;
const transfers = (matchers: string) => `${by} (rate(${events}{action="transfer"${matchers}}[5m]))`;

/** Devices that behave badly, which no latency shows. */
export const usbAlerts: Alert[] = [
  {
    alert: "UsbDevicesFlapping",
    severity: "warning",
    team: "devices",
    expr: `${by} (increase(${events}{action=~"attach|detach"}[5m])) > 30 and ${by} (increase(${events}{action="detach"}[5m])) >= 10`,
    holdsSeconds: 120,
    lingersSeconds: 300,
    summary: `USB devices of ${who} come and go.`,
    description: "Devices were attached and detached more than 30 times within five minutes.",
    unit: "count",
    dashboard: "developer",
    subject,
    traces: `name =~ "${spanNames.usb("(attach|detach)")}"`,
  },
  {
    alert: "UsbTransfersFailing",
    severity: "warning",
    team: "devices",
    expr: `${transfers(',outcome="error"')} / ${transfers("")} > 0.05 and 300 * ${transfers(',outcome="error"')} >= 10`,
    holdsSeconds: 300,
    lingersSeconds: 300,
    summary: `USB transfers of ${who} fail.`,
    description: "More than 5 % of the transfers of the last five minutes have failed.",
    unit: "share",
    dashboard: "developer",
    subject,
    traces: `name = "${spanNames.usb("transfer")}" && status = error`,
  },
];
