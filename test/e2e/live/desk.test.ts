import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { alertmanagerConfig } from "../../../infra/backends/alertmanager.ts";
import { writeWhole } from "../../../local/files.ts";
import type { Notification, Role } from "../../../local/live/desk/notifications/notification.ts";
import { roles } from "../../../local/live/receivers.ts";
import { Services, waitUntil } from "../../../local/processes.ts";
import { ensureTools } from "../../../local/tools/build.ts";
import { deskSettings } from "../../support/desk.ts";
import { freePort } from "../../support/free-port.ts";
import { startProgram, stopProgram, temporaryFolder, writeConfig } from "../../support/program.ts";
import { production, stackOf } from "../../support/stacks.ts";

const main = resolve(import.meta.dirname, "../../../local/live/desk/main.ts");
const webhook = { kind: "webhook", url: "https://example.com" };
const mailbox = "premium@autoweave.example";

const stack = stackOf({
  ...production,
  alertmanager: {
    default: [webhook],
    critical: [webhook],
    premium: [webhook, { kind: "email", to: mailbox }],
    escalation: [webhook],
    deadMansSwitchUrl: "https://example.com",
    smtp: {
      host: "mail.example.com",
      from: "a@example.com",
      username: "alertmanager",
      password: "secret-of-mail",
    },
  },
});

/** The deployed configuration with addresses and files of this machine. */
function configOnThisMachine(folder: string, { http, smtp }: { http: number; smtp: number }) {
  const fileOf = (role: Role) =>
    role === "dead-mans-switch" ? `alertmanager-${role}/url` : `alertmanager-${role}-0/url`;
  const secrets = {
    ...Object.fromEntries(roles.map((role) => [fileOf(role), `http://127.0.0.1:${http}/notify/${role}`])),
    "alertmanager-smtp/password": "secret-of-mail",
  };
  for (const [file, secret] of Object.entries(secrets)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), secret);
  }
  const text = JSON.stringify(alertmanagerConfig(stack)).replaceAll("/etc/alertmanager/secrets", folder);
  const config = JSON.parse(text) as ReturnType<typeof alertmanagerConfig>;
  return {
    ...config,
    global: { ...config.global, smtp_smarthost: `127.0.0.1:${smtp}`, smtp_require_tls: false },
    route: { ...config.route, group_wait: "200ms", group_interval: "500ms" },
  };
}

describe("the desk, told by a real Alertmanager", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const services = new Services(folder.path);
  let alertmanager: ChildProcess;
  let desk: string;
  let url: string;

  before(async () => {
    const tools = await ensureTools(["alertmanager"]);
    const ports = { http: await freePort(), smtp: await freePort() };
    desk = `http://127.0.0.1:${ports.http}`;
    const settings = join(folder.path, "settings.json");
    writeWhole(settings, JSON.stringify({ ...deskSettings(folder.path, {}), ports }));
    await services.start("desk", {
      command: process.execPath,
      args: [main, settings],
      isReady: async () => (await fetch(`${desk}/state.json`)).ok,
    });
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    alertmanager = await startProgram(
      tools.alertmanager,
      [
        `--config.file=${writeConfig(folder.path, "alertmanager", configOnThisMachine(folder.path, ports))}`,
        `--storage.path=${join(folder.path, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--cluster.listen-address=",
      ],
      /Listening on/,
    );
  });
  after(async () => {
    await stopProgram(alertmanager);
    for (const name of services.started()) await services.stop(name);
    folder.remove();
  });

  const post = async (alertname: string, labels: Record<string, string>, endsAt?: Date) => {
    const response = await fetch(`${url}/api/v2/alerts`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([
        {
          labels: { alertname, severity: "critical", team: "platform", service: "hub", ...labels },
          annotations: {
            summary: `Summary of ${alertname} <b>.`,
            value: "110ms",
            dashboard_url:
              "https://grafana.example.com/d/autoweave-slo?var-tenant=premium-tenant&var-service=hub",
          },
          ...(endsAt ? { endsAt } : {}),
        },
      ]),
    });
    assert.ok(response.ok, await response.text());
  };
  const all = async () => (await (await fetch(`${desk}/alerts.json`)).json()) as Notification[];
  const heard = async (alertname: string): Promise<Notification[]> =>
    (await all()).filter(
      ({ text, alerts }) =>
        text.includes(alertname) || alerts.some(({ labels }) => labels["alertname"] === alertname),
    );
  const arrives = async (alertname: string, isIt: (one: Notification) => boolean) => {
    let found: Notification | undefined;
    await waitUntil(async () => (found = (await heard(alertname)).find(isIt)) !== undefined, 20);
    assert.ok(found, `${alertname} arrives: ${JSON.stringify(await heard(alertname))}`);
    return found;
  };
  const page = async () => (await fetch(`${desk}/alerts`)).text();

  it("shows a premium tenant's critical alert as a page, and as webhook and mail of premium support", async () => {
    await post("PremiumDown", { tenant_id: "premium-tenant" });
    const [paged] = (await arrives("PremiumDown", ({ role }) => role === "critical")).alerts;
    assert.equal(paged?.labels["tenant_id"], "premium-tenant");
    assert.equal(paged?.annotations["value"], "110ms");
    await arrives("PremiumDown", ({ role, channel }) => role === "premium" && channel === "webhook");
    const mail = await arrives(
      "PremiumDown",
      ({ role, channel }) => role === "premium" && channel === "mail",
    );
    assert.equal(mail.status, "firing");
    assert.match(mail.text, /^\[FIRING\] PremiumDown · tenant premium-tenant\n/);
    assert.match(mail.text, /Summary of PremiumDown <b>\.\n/);
    assert.match(
      mail.text,
      /Dashboard: https:\/\/grafana\.example\.com\/d\/autoweave-slo\?var-tenant=premium-tenant&var-service=hub/,
    );
    const text = await page();
    assert.ok(text.includes("Summary of PremiumDown &lt;b&gt;."));
    assert.ok(text.includes('href="/d/autoweave-slo?var-tenant=premium-tenant&amp;var-service=hub"'));
  });

  it("shows that it is resolved, beside that it fired", async () => {
    await post("Comes", { tenant_id: "prod-tenant", severity: "warning" });
    await arrives("Comes", ({ role, status }) => role === "default" && status === "firing");
    await post("Comes", { tenant_id: "prod-tenant", severity: "warning" }, new Date());
    await arrives("Comes", ({ role, status }) => role === "default" && status === "resolved");
  });

  it("hears the Watchdog as the dead man's switch, and what escalates as the next in line", async () => {
    await post("Watchdog", { severity: "info" });
    await post("StillDown", { escalation: "true" });
    await arrives("Watchdog", ({ role }) => role === "dead-mans-switch");
    await arrives("StillDown", ({ role }) => role === "escalation");
    assert.match(await page(), /Dead man's switch: last heard/);
  });

  it("notices within three seconds that a program has ended, says so on every page and in its log, and takes it back", async () => {
    const idle = {
      command: process.execPath,
      args: ["-e", "console.log('out of paper'); setInterval(() => {}, 1e6)"],
      isReady: () => Promise.resolve(services.lastWords("printer").includes("paper")),
    };
    await services.start("printer", idle);
    const { pid = 0 } = services.states().find(({ name }) => name === "printer") ?? {};
    process.kill(pid, "SIGKILL");
    const crashIsOn = async (path: string) =>
      /printer has ended[\s\S]*out of paper/.test(await (await fetch(desk + path)).text());
    assert.ok(await waitUntil(() => crashIsOn("/"), 3));
    for (const path of ["/alerts", "/dashboards"]) assert.ok(await crashIsOn(path), path);
    assert.match(
      readFileSync(services.logOf("desk"), "utf8"),
      /Z printer has ended\. Its last words:\nout of paper\n/,
    );
    await services.stop("printer");
    await services.start("printer", idle);
    assert.ok(await waitUntil(async () => !(await crashIsOn("/")), 3));
  });

  it("keeps over a restart what arrived, and ends at once when it is told to", async () => {
    // The switch is called again and again, and may be meanwhile.
    const kept = async () => (await all()).filter(({ role }) => role !== "dead-mans-switch");
    const before = await kept();
    const began = performance.now();
    await services.stop("desk");
    assert.ok(performance.now() - began < 2000);
    await services.start("desk", {
      command: process.execPath,
      args: [main, join(folder.path, "settings.json")],
      isReady: async () => (await fetch(`${desk}/state.json`)).ok,
    });
    assert.deepEqual(await kept(), before);
  });

  it("keeps the password of its mails nowhere", () => {
    const { notifications } = deskSettings(folder.path, {});
    for (const file of [notifications, services.logOf("desk")])
      assert.doesNotMatch(readFileSync(file, "utf8"), /secret-of-mail/);
  });
});
