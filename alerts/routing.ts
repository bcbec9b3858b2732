import { type InhibitRule, inhibitRules } from "./routing/inhibition.ts";
import {
  type AlertReceiver,
  deadMansSwitch,
  type NamedReceiver,
  namedReceiver,
} from "./routing/receivers.ts";
import { type TeamHours, timeIntervals, workingHoursRoutes } from "./routing/working-hours.ts";

interface MailServer {
  host: string;
  port: number;
  from: string;
  username: string;
  passwordFile: string;
}

export interface RoutingOptions {
  tenants: readonly { id: string; tier: "standard" | "premium" }[];
  receivers: {
    default: readonly AlertReceiver[];
    /** Of critical alerts. Those of `default` when empty: no page is lost for want of a setting. */
    critical: readonly AlertReceiver[];
    /** Of critical alerts that have fired for 15 minutes unsilenced. Those of `critical` when empty. */
    escalation: readonly AlertReceiver[];
    /** Of premium tenants' alerts. Those of `default` when empty. */
    premium: readonly AlertReceiver[];
    /** Holds the URL that is called as long as alerting works; the Watchdog reaches nobody when absent. */
    deadMansSwitchUrlFile?: string | undefined;
  };
  /** Of teams whose warnings wait for them. */
  workingHours?: TeamHours;
  /** Required by receivers of kind `email`. */
  mailServer?: MailServer | undefined;
}

interface Route {
  receiver: string;
  matchers?: string[];
  continue?: boolean;
  group_by?: string[];
  group_wait?: string;
  group_interval?: string;
  repeat_interval?: string;
  active_time_intervals?: string[];
  routes?: Route[];
}

/** The configuration of Alertmanager, as far as the stack uses it. */
export interface AlertmanagerConfig {
  global: Record<string, unknown>;
  route: Route;
  inhibit_rules: InhibitRule[];
  time_intervals: object[];
  receivers: NamedReceiver[];
}

/** The receivers' names, by what they are for. */
export const receiverNames = {
  default: "default",
  critical: "critical-alerts",
  premium: "premium-support",
  escalation: "escalation",
  deadMansSwitch: "dead-mans-switch",
} as const;

const watchdogRoute: Route = {
  receiver: receiverNames.deadMansSwitch,
  matchers: ['alertname="Watchdog"'],
  group_wait: "0s",
  group_interval: "1m",
  repeat_interval: "1m",
};

/** The routing of all alerts: by severity, and to premium support for premium tenants; a critical alert of theirs reaches both. */
export function alertmanagerConfig(options: RoutingOptions): AlertmanagerConfig {
  const { tenants, receivers, mailServer, workingHours = {} } = options;
  const premium = tenants.filter(({ tier }) => tier === "premium").map(({ id }) => id);
  const orElse = (own: readonly AlertReceiver[], others: readonly AlertReceiver[]) =>
    own.length > 0 ? own : others;
  const critical = orElse(receivers.critical, receivers.default);
  return {
    global: mailServer ? mailGlobals(mailServer) : {},
    route: {
      receiver: receiverNames.default,
      group_by: ["alertname", "tenant_id"],
      group_wait: "10s",
      group_interval: "10s",
      repeat_interval: "12h",
      routes: [
        watchdogRoute,
        { receiver: receiverNames.escalation, matchers: ['escalation="true"'] },
        { receiver: receiverNames.critical, matchers: ['severity="critical"'], continue: true },
        ...premium.map((id) => ({ receiver: receiverNames.premium, matchers: [`tenant_id="${id}"`] })),
        ...workingHoursRoutes(workingHours, receiverNames.default),
      ],
    },
    inhibit_rules: inhibitRules(premium),
    time_intervals: timeIntervals(workingHours),
    receivers: [
      namedReceiver(receiverNames.default, receivers.default),
      namedReceiver(receiverNames.critical, critical),
      namedReceiver(receiverNames.premium, orElse(receivers.premium, receivers.default)),
      namedReceiver(receiverNames.escalation, orElse(receivers.escalation, critical)),
      deadMansSwitch(receiverNames.deadMansSwitch, receivers.deadMansSwitchUrlFile),
    ],
  };
}

const mailGlobals = ({ host, port, from, username, passwordFile }: MailServer) => ({
  smtp_smarthost: `${host}:${port}`,
  smtp_from: from,
  smtp_auth_username: username,
  smtp_auth_password_file: passwordFile,
  smtp_require_tls: true,
});
