import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { weekdays } from "../../../alerts/routing/working-hours.ts";
import { alertmanagerConfig } from "../../../infra/backends/alertmanager.ts";
import { waitUntil } from "../../../local/processes.ts";
import { ensureTools } from "../../../local/tools/build.ts";
import { freePort } from "../../support/free-port.ts";
import { startNotificationSinks } from "../../support/notification-sinks.ts";
import { startProgram, stopProgram, temporaryFolder, writeConfig } from "../../support/program.ts";
import { production, stackOf } from "../../support/stacks.ts";

const today = weekdays[(new Date().getUTCDay() + 6) % 7] as (typeof weekdays)[number];
const allDay = { timeZone: "UTC", from: "00:00", to: "23:59" };

const stack = stackOf({
  ...production,
  alertmanager: {
    default: [{ kind: "slack", url: "https://example.com", channel: "#alerts" }],
    critical: [{ kind: "pagerduty", routingKey: "key" }],
    premium: [{ kind: "email", to: "premium@example.com" }],
    escalation: [{ kind: "webhook", url: "https://example.com" }],
    workingHours: {
      devices: { ...allDay, days: weekdays.filter((day) => day !== today) },
      plugins: { ...allDay, days: [...weekdays] },
    },
    deadMansSwitchUrl: "https://example.com",
    smtp: { host: "mail.example.com", from: "alerts@example.com", username: "a", password: "p" },
  },
});

interface Posted {
  labels: Record<string, string>;
  annotations?: Record<string, string>;
}

const links = {
  runbook_url: "https://docs.example.com/runbooks/X",
  dashboard_url: "https://grafana.example.com/d/autoweave-slo?var-tenant=premium-tenant",
  traces_url: "https://grafana.example.com/explore?panes=%7B%22a%22%3A1%7D",
};

/** An alert as Prometheus sends it. */
const alert = (alertname: string, labels: Record<string, string>): Posted => ({
  labels: { alertname, severity: "critical", team: "platform", ...labels },
  annotations: { summary: `Summary of ${alertname}.`, description: "Description.", value: "110ms", ...links },
});

const breach = { slo: "usb-latency", condition: "threshold", service: "daemon" };

describe("a real Alertmanager with the stack's routing", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let sinks: Awaited<ReturnType<typeof startNotificationSinks>>;
  let running: ChildProcess;
  let url: string;

  /** The deployed configuration; addresses, the secrets' folder, TLS of the mail server and the wait are this machine's. */
  function onThisMachine() {
    const secrets: Record<string, string> = {
      "alertmanager-default-0/url": `${sinks.httpUrl}/slack`,
      "alertmanager-critical-0/routing-key": "key",
      "alertmanager-escalation-0/url": `${sinks.httpUrl}/second`,
      "alertmanager-dead-mans-switch/url": `${sinks.httpUrl}/dead`,
      "alertmanager-smtp/password": "p",
    };
    for (const [file, secret] of Object.entries(secrets)) {
      mkdirSync(dirname(join(folder.path, file)), { recursive: true });
      writeFileSync(join(folder.path, file), secret);
    }
    const text = JSON.stringify(alertmanagerConfig(stack)).replaceAll(
      "/etc/alertmanager/secrets",
      folder.path,
    );
    const config = JSON.parse(text) as ReturnType<typeof alertmanagerConfig>;
    return {
      ...config,
      global: {
        smtp_smarthost: `127.0.0.1:${sinks.mailPort}`,
        smtp_from: config.global["smtp_from"],
        smtp_require_tls: false,
        pagerduty_url: `${sinks.httpUrl}/pagerduty`,
      },
      route: { ...config.route, group_wait: "500ms" },
    };
  }

  const post = async (path: string, body: object) => {
    const response = await fetch(`${url}/api/v2/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    assert.ok(response.ok, await response.text());
  };
  const about = (to: string, text: string) =>
    sinks.received.filter((one) => one.to === to && one.text.includes(text));
  const arrived = async (to: string, text: string) => {
    assert.ok(await waitUntil(() => about(to, text).length > 0, 20), `${to} has not heard of ${text}`);
    return about(to, text)[0]?.text ?? "";
  };
  /** Nothing more is on its way: what was posted later has arrived. */
  const settled = async () => {
    const marker = `Marker${sinks.received.length}`;
    await post("alerts", [alert(marker, { severity: "warning" }), alert(marker, {})]);
    await arrived("/pagerduty", marker);
  };

  before(async () => {
    const { alertmanager } = await ensureTools(["alertmanager"]);
    sinks = await startNotificationSinks();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    running = await startProgram(
      alertmanager,
      [
        `--config.file=${writeConfig(folder.path, "alertmanager", onThisMachine())}`,
        `--storage.path=${join(folder.path, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--cluster.listen-address=",
      ],
      /Listening on/,
    );
  });
  after(async () => {
    await stopProgram(running);
    sinks.stop();
    folder.remove();
  });

  it("brings a premium tenant's critical alert to the page and to premium support, with summary, tenant, value and links", async () => {
    await post("alerts", [alert("PremiumDown", { ...breach, scope: "tenant", tenant_id: "premium-tenant" })]);
    const mail = await arrived("premium@example.com", "PremiumDown");
    const page = JSON.parse(await arrived("/pagerduty", "PremiumDown")) as {
      payload: { summary: string; severity: string; custom_details: Record<string, string> };
      links: { href: string; text: string }[];
    };
    for (const part of [
      "Summary of PremiumDown.",
      "premium-tenant",
      "110ms",
      links.runbook_url,
      links.traces_url,
    ])
      assert.ok(mail.includes(part), `${part} in ${mail}`);
    assert.equal(page.payload.summary.trim(), "Summary of PremiumDown.");
    assert.equal(page.payload.severity, "critical");
    assert.equal(page.payload.custom_details["tenant"], "premium-tenant");
    assert.equal(page.payload.custom_details["value"]?.trim(), "110ms");
    assert.deepEqual(page.links, [
      { href: links.runbook_url, text: "Runbook" },
      { href: links.dashboard_url, text: "Dashboard" },
      { href: links.traces_url, text: "Traces" },
    ]);
  });

  it("brings another tenant's warning to the default receiver, with the same", async () => {
    await post("alerts", [alert("PlainWarning", { severity: "warning", tenant_id: "prod-tenant" })]);
    const text = await arrived("/slack", "PlainWarning");
    for (const part of [
      "Summary of PlainWarning.",
      "prod-tenant",
      "110ms",
      links.runbook_url,
      links.traces_url,
    ])
      assert.ok(JSON.stringify(JSON.parse(text)).includes(part), `${part} in ${text}`);
  });

  it("calls the dead man's switch with the Watchdog, and nobody else", async () => {
    await post("alerts", [alert("Watchdog", { severity: "info" })]);
    await arrived("/dead", "Watchdog");
    assert.deepEqual(
      new Set(sinks.received.filter(({ text }) => text.includes("Watchdog")).map(({ to }) => to)),
      new Set(["/dead"]),
    );
  });

  it("lets a team's warning wait for its working hours, and its critical alert not", async () => {
    await post("alerts", [
      alert("Resting", { severity: "warning", team: "devices" }),
      alert("RestingCritical", { team: "devices" }),
      alert("Working", { severity: "warning", team: "plugins" }),
    ]);
    await arrived("/pagerduty", "RestingCritical");
    await arrived("/slack", "Working");
    await settled();
    assert.deepEqual(about("/slack", "Resting"), []);
  });

  it("brings what escalates to the second receiver alone", async () => {
    await post("alerts", [alert("StillDown", { escalation: "true" })]);
    await arrived("/second", "StillDown");
    await settled();
    assert.deepEqual(about("/pagerduty", "StillDown"), []);
  });

  it("escalates nothing that was silenced with the labels of the alert itself", async () => {
    const labels = { alertname: "Acknowledged", severity: "critical", team: "platform" };
    await post("silences", {
      matchers: Object.entries(labels).map(([name, value]) => ({
        name,
        value,
        isRegex: false,
        isEqual: true,
      })),
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      createdBy: "on call",
      comment: "seen",
    });
    await post("alerts", [alert("Acknowledged", { escalation: "true" })]);
    await settled();
    assert.deepEqual(about("/second", "Acknowledged"), []);
  });

  it("tells of a fault once: no warning beside the critical alert, no budget beside what is wrong now", async () => {
    const tenant = { slo: "errors", service: "once", scope: "tenant", tenant_id: "prod-tenant" };
    await post("alerts", [
      alert("OnceBreached", { ...tenant, condition: "threshold" }),
      alert("OnceBreached", { ...tenant, condition: "threshold", severity: "warning" }),
      alert("OnceBurning", { ...tenant, condition: "burn-rate" }),
    ]);
    await arrived("/pagerduty", "OnceBreached");
    await settled();
    assert.deepEqual(about("/pagerduty", "OnceBurning"), []);
    assert.deepEqual(about("/slack", "OnceBreached"), []);
  });

  it("lets a service speak for its tenants when most are affected, but tells of premium tenants by name", async () => {
    const wide = { slo: "usb-latency", condition: "threshold", service: "wide" };
    await post("alerts", [
      alert("WideBreached", { ...wide, scope: "service" }),
      ...["one", "two", "three", "premium-tenant"].map((tenant_id) =>
        alert("WideBreached", { ...wide, scope: "tenant", tenant_id }),
      ),
    ]);
    await arrived("premium@example.com", "WideBreached");
    await settled();
    const tenants = about("/pagerduty", "WideBreached").map(
      ({ text }) =>
        (JSON.parse(text) as { payload: { custom_details: { tenant: string } } }).payload.custom_details
          .tenant,
    );
    assert.deepEqual(tenants.sort(), ["premium-tenant", "–"]);
  });
});
