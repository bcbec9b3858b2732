import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { Notification, Role } from "../../../../local/live/desk/notifications/notification.ts";
import { type RunningDesk, startDesk } from "../../../../local/live/desk/start.ts";
import { deskSettings, webhook } from "../../../support/desk.ts";
import { temporaryFolder } from "../../../support/program.ts";

const hostile = `<script>alert(1)</script>"'\r\nX-Injected: yes`;

describe("the desk's receiver", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let desk: RunningDesk;
  const start = async () => (desk = await startDesk(deskSettings(folder.path, {}), () => undefined));
  beforeEach(async () => {
    folder = temporaryFolder();
    await start();
  });
  afterEach(() => {
    desk.stop();
    folder.remove();
  });

  const post = (role: string, body: string, type = "application/json") =>
    fetch(`${desk.url}/notify/${role}`, { method: "POST", headers: { "content-type": type }, body });
  const notify = async (role: Role, ...message: Parameters<typeof webhook>) => {
    const answer = await post(role, JSON.stringify(webhook(...message)));
    assert.equal(answer.status, 200, await answer.text());
  };
  const page = async () => (await fetch(`${desk.url}/alerts`)).text();
  const arrived = async (query = "") =>
    (await (await fetch(`${desk.url}/alerts.json${query}`)).json()) as Notification[];
  const mailTo = async (to: string) => {
    const socket = connect(desk.mailPort, "127.0.0.1").setEncoding("latin1");
    let said = "";
    socket.on("data", (text: string) => (said += text));
    const lines = ["EHLO x", "MAIL FROM:<a@x>", `RCPT TO:<${to}>`, "DATA", "Subject: [RESOLVED] UsbSlow", ""];
    socket.write(
      [...lines, "Slow no more, see https://grafana.example.com/d/x?a=1", ".", "QUIT", ""].join("\r\n"),
    );
    await once(socket, "close");
    return said;
  };

  it("takes what Alertmanager posts and mails, and gives it to programs, newest first, with role and channel", async () => {
    const began = Date.now();
    await notify("critical", "firing", { alertname: "UsbSlow" }, { summary: "Slow." });
    assert.match(await mailTo("premium@autoweave.example"), /250 taken/);
    const [mail, posted] = await arrived();
    assert.deepEqual(
      [mail?.role, mail?.channel, mail?.status, mail?.alerts],
      ["premium", "mail", "resolved", []],
    );
    assert.equal(mail?.text, "[RESOLVED] UsbSlow\nSlow no more, see https://grafana.example.com/d/x?a=1");
    assert.deepEqual([posted?.role, posted?.channel, posted?.status], ["critical", "webhook", "firing"]);
    assert.equal(posted?.alerts[0]?.labels["alertname"], "UsbSlow");
    assert.ok((posted?.receivedAt ?? 0) >= began && (mail?.receivedAt ?? 0) <= Date.now());
    assert.deepEqual(await arrived(`?since=${mail?.receivedAt}`), []);
  });

  it("refuses what is not Alertmanager's, and takes nothing of it", async () => {
    const good = JSON.stringify(webhook("firing"));
    for (const [role, body, type, status] of [
      ["default", "garbage", "application/json", 400],
      ["default", "{}", "application/json", 400],
      ["default", good, "text/plain", 415],
      ["nobody", good, "application/json", 404],
      ["default", " ".repeat(2 ** 20 + 1), "application/json", 413],
    ] as const) {
      const answer = await post(role, body, type);
      assert.equal(answer.status, status);
      assert.match(((await answer.json()) as { error: string }).error, /\w/);
    }
    assert.match(await mailTo("somebody@autoweave.example"), /550 /);
    assert.deepEqual(await arrived(), []);
    assert.equal((await fetch(`${desk.url}/alerts.json?since=yesterday`)).status, 400);
  });

  it("shows each alert under its role, with state, tenant, value and links that lead to the desk's own pages", async () => {
    await notify(
      "critical",
      "firing",
      { alertname: "UsbSlow", severity: "critical", tenant_id: "acme", service: "hub", escalation: "true" },
      {
        summary: "Slow.",
        value: "110ms",
        dashboard_url: "https://grafana.example.com/d/autoweave-slo?var-tenant=acme",
        runbook_url: "https://docs.example.com/UsbSlow",
      },
    );
    await mailTo("premium@autoweave.example");
    const text = await page();
    const critical = text.slice(text.indexOf('id="critical"'), text.indexOf('id="premium"'));
    for (const part of ["UsbSlow", "firing", "acme", "hub", "110ms", "Slow.", "webhook", "escalated"])
      assert.ok(critical.includes(part), part);
    assert.ok(critical.includes('href="/d/autoweave-slo?var-tenant=acme"'));
    assert.ok(critical.includes('href="https://docs.example.com/UsbSlow"'));
    const premium = text.slice(text.indexOf('id="premium"'), text.indexOf('id="escalation"'));
    assert.ok(premium.includes('<a href="/d/x?a=1">'));
    assert.match(premium, /resolved[\s\S]*mail/);
  });

  it("shows hostile texts as what they are, and makes no links of what is no web address", async () => {
    const labels = { alertname: hostile, severity: hostile, tenant_id: hostile, service: hostile };
    await notify("default", "firing", labels, {
      summary: hostile,
      value: hostile,
      runbook_url: "javascript:alert(1)",
    });
    const answer = await fetch(`${desk.url}/alerts`);
    const text = await answer.text();
    assert.doesNotMatch(text, /<script>alert|javascript:/);
    assert.match(text, /&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;&#39;/);
    assert.equal(answer.headers.get("x-injected"), null);
    assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  });

  it("says when the dead man's switch was last heard, and lists no Watchdog", async () => {
    assert.match(await page(), /Dead man's switch: <span class="warn">never heard/);
    await notify("dead-mans-switch", "firing", { alertname: "Watchdog" });
    const text = await page();
    assert.match(text, /last heard <span[^>]*>0 s<\/span> ago/);
    assert.doesNotMatch(text.replace("The Watchdog always fires", ""), /Watchdog/);
    assert.equal((await arrived())[0]?.role, "dead-mans-switch");
  });

  it("still has after a restart what arrived before", async () => {
    await notify("escalation", "firing", { alertname: "StillDown" });
    const before = await arrived();
    desk.stop();
    await start();
    assert.deepEqual(await arrived(), before);
  });
});
