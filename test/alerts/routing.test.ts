import assert from "node:assert/strict";
import { alertmanagerConfig, type RoutingOptions } from "../../alerts/routing.ts";

const options: RoutingOptions = {
  tenants: [
    { id: "plain", tier: "standard" },
    { id: "gold", tier: "premium" },
    { id: "platinum", tier: "premium" },
  ],
  receivers: {
    default: [{ kind: "email", to: "team@example.com" }],
    critical: [{ kind: "pagerduty", routingKeyFile: "/secrets/key" }],
    premium: [{ kind: "slack", urlFile: "/secrets/slack", channel: "#premium" }],
    deadMansSwitchUrlFile: "/secrets/dead",
  },
  mailServer: {
    host: "mail.example.com",
    port: 587,
    from: "alerts@example.com",
    username: "alerts",
    passwordFile: "/secrets/smtp",
  },
};

const routed = (config = alertmanagerConfig(options)) => config.route.routes ?? [];
const receiver = (name: string, of = options) =>
  alertmanagerConfig(of).receivers.find((candidate) => candidate.name === name);

describe("alert routing", () => {
  it("groups by alert and tenant, waits 10 s, and repeats after 12 h", () => {
    const { route } = alertmanagerConfig(options);
    assert.deepEqual(route.group_by, ["alertname", "tenant_id"]);
    assert.deepEqual(
      [route.group_wait, route.group_interval, route.repeat_interval, route.receiver],
      ["10s", "10s", "12h", "default"],
    );
  });

  it("brings a premium tenant's critical alert to both receivers: the critical route goes on", () => {
    const critical = routed().find((route) => route.receiver === "critical-alerts");
    assert.deepEqual(critical?.matchers, ['severity="critical"']);
    assert.equal(critical?.continue, true);
  });

  it("has a route to premium support for each premium tenant and for no other", () => {
    const premium = routed().filter((route) => route.receiver === "premium-support");
    assert.deepEqual(
      premium.map((route) => route.matchers),
      [['tenant_id="gold"'], ['tenant_id="platinum"']],
    );
  });

  it("sends the Watchdog to the dead man's switch alone, every minute", () => {
    const [watchdog] = routed();
    assert.deepEqual(watchdog?.matchers, ['alertname="Watchdog"']);
    assert.equal(watchdog?.receiver, "dead-mans-switch");
    assert.equal(watchdog?.repeat_interval, "1m");
    assert.equal(watchdog?.continue, undefined);
    assert.deepEqual(receiver("dead-mans-switch")?.webhook_configs, [
      { url_file: "/secrets/dead", send_resolved: false },
    ]);
  });

  it("silences a warning while its critical twin fires for the same tenant and service", () => {
    assert.deepEqual(alertmanagerConfig(options).inhibit_rules, [
      {
        source_matchers: ['severity="critical"'],
        target_matchers: ['severity="warning"'],
        equal: ["alertname", "tenant_id", "service"],
      },
    ]);
  });

  it("brings critical and premium alerts to the default receivers when they have none of their own", () => {
    const bare = { ...options, receivers: { ...options.receivers, critical: [], premium: [] } };
    for (const name of ["critical-alerts", "premium-support"]) {
      assert.deepEqual(receiver(name, bare)?.email_configs, [
        { to: "team@example.com", send_resolved: true },
      ]);
    }
  });

  it("names every secret by its file", () => {
    const config = JSON.stringify(alertmanagerConfig(options));
    for (const field of ["routing_key_file", "api_url_file", "url_file", "smtp_auth_password_file"]) {
      assert.match(config, new RegExp(`"${field}":"/secrets/`));
    }
    assert.doesNotMatch(config, /"(routing_key|api_url|url|smtp_auth_password)":/);
  });
});
