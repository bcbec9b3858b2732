/** Where an alert goes. What is secret stands in a file that Alertmanager reads. */
export type AlertReceiver =
  | { kind: "webhook"; urlFile: string }
  | { kind: "slack"; urlFile: string; channel: string }
  | { kind: "pagerduty"; routingKeyFile: string }
  | { kind: "email"; to: string };

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
    /** Of premium tenants' alerts. Those of `default` when empty. */
    premium: readonly AlertReceiver[];
    /** Holds the URL that is called as long as alerting works; the Watchdog reaches nobody when absent. */
    deadMansSwitchUrlFile?: string | undefined;
  };
  /** Required by receivers of kind `email`. */
  mailServer?: MailServer | undefined;
}

type Integrations = Record<string, unknown[]>;

interface Route {
  receiver: string;
  matchers?: string[];
  continue?: boolean;
  group_by?: string[];
  group_wait?: string;
  group_interval?: string;
  repeat_interval?: string;
  routes?: Route[];
}

/** The configuration of Alertmanager, as far as the stack uses it. */
export interface AlertmanagerConfig {
  global: Record<string, unknown>;
  route: Route;
  inhibit_rules: { source_matchers: string[]; target_matchers: string[]; equal: string[] }[];
  receivers: ({ name: string } & Integrations)[];
}

const watchdogRoute: Route = {
  receiver: "dead-mans-switch",
  matchers: ['alertname="Watchdog"'],
  group_wait: "0s",
  group_interval: "1m",
  repeat_interval: "1m",
};

/** The routing of all alerts: by severity, and to premium support for premium tenants; a critical alert of theirs reaches both. */
export function alertmanagerConfig({ tenants, receivers, mailServer }: RoutingOptions): AlertmanagerConfig {
  const premium = tenants.filter(({ tier }) => tier === "premium");
  const orDefault = (own: readonly AlertReceiver[]) => (own.length > 0 ? own : receivers.default);
  return {
    global: mailServer ? mailGlobals(mailServer) : {},
    route: {
      receiver: "default",
      group_by: ["alertname", "tenant_id"],
      group_wait: "10s",
      group_interval: "10s",
      repeat_interval: "12h",
      routes: [
        watchdogRoute,
        { receiver: "critical-alerts", matchers: ['severity="critical"'], continue: true },
        ...premium.map(({ id }) => ({ receiver: "premium-support", matchers: [`tenant_id="${id}"`] })),
      ],
    },
    inhibit_rules: [
      {
        source_matchers: ['severity="critical"'],
        target_matchers: ['severity="warning"'],
        equal: ["alertname", "tenant_id", "service"],
      },
    ],
    receivers: [
      { name: "default", ...integrations(receivers.default) },
      { name: "critical-alerts", ...integrations(orDefault(receivers.critical)) },
      { name: "premium-support", ...integrations(orDefault(receivers.premium)) },
      { name: "dead-mans-switch", ...deadMansSwitch(receivers.deadMansSwitchUrlFile) },
    ] as AlertmanagerConfig["receivers"],
  };
}

const mailGlobals = ({ host, port, from, username, passwordFile }: MailServer) => ({
  smtp_smarthost: `${host}:${port}`,
  smtp_from: from,
  smtp_auth_username: username,
  smtp_auth_password_file: passwordFile,
  smtp_require_tls: true,
});

/** Silence is the alarm: a "resolved" would only reassure. */
const deadMansSwitch = (urlFile: string | undefined): Integrations =>
  urlFile ? { webhook_configs: [{ url_file: urlFile, send_resolved: false }] } : {};

function integrations(receivers: readonly AlertReceiver[]): Integrations {
  const byField: Integrations = {};
  for (const receiver of receivers) {
    const [field, settings] = integration(receiver);
    (byField[field] ??= []).push({ ...settings, send_resolved: true });
  }
  return byField;
}

function integration(receiver: AlertReceiver): [field: string, settings: object] {
  switch (receiver.kind) {
    case "webhook":
      return ["webhook_configs", { url_file: receiver.urlFile }];
    case "slack":
      return [
        "slack_configs",
        { api_url_file: receiver.urlFile, channel: receiver.channel, text: summaries },
      ];
    case "pagerduty":
      return ["pagerduty_configs", { routing_key_file: receiver.routingKeyFile }];
    case "email":
      return ["email_configs", { to: receiver.to }];
  }
}

const summaries = "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.runbook_url }}\n{{ end }}";
