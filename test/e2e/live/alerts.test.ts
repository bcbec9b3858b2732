import assert from "node:assert/strict";
import { waitUntil } from "../../../local/processes.ts";
import { type Live, type Notified, sharedLive } from "../../support/live.ts";
import { LiveApp } from "./support/app.ts";
import { unexpectedAlerts } from "./support/calm.ts";
import { Episode, type Fault, type Receiver, warmUp } from "./support/episode.ts";
import { openDashboard, openRunbook, openTraces } from "./support/links.ts";

const page: Receiver = ["critical", "webhook"];
const others: Receiver = ["default", "webhook"];
const premiumSupport: readonly Receiver[] = [
  ["premium", "webhook"],
  ["premium", "mail"],
];
const premium = "globex";

/** Side by side: of each promise so few tenants are affected that each is named, and nothing inhibits what is looked for. */
const faults: readonly Fault[] = [
  {
    who: "a tenant whose USB events take 110 ms",
    order: { fault: "usb-slow", tenant: "acme", ms: 110 },
    slo: "usb-latency",
    severity: "critical",
    does: "pages the critical receiver within 90 s",
    receivers: [page],
  },
  {
    who: "a premium tenant whose USB events take 85 ms",
    order: { fault: "usb-slow", tenant: premium, ms: 85 },
    slo: "usb-latency",
    severity: "warning",
    does: "warns premium support",
    receivers: premiumSupport,
  },
  {
    who: "a premium tenant whose plugins load in 300 ms",
    order: { fault: "plugin-slow", tenant: premium, ms: 300 },
    slo: "plugin-load",
    severity: "critical",
    does: "pages the critical receiver and premium support",
    receivers: [page, ...premiumSupport],
  },
  {
    who: "a tenant whose plugins load in 205 ms",
    order: { fault: "plugin-slow", tenant: "acme", ms: 205 },
    slo: "plugin-load",
    severity: "warning",
    does: "warns the default receiver",
    receivers: [others],
  },
  {
    who: "a tenant of whose operations more than 5 % fail",
    order: { fault: "errors", tenant: "acme", share: 100 },
    slo: "errors",
    severity: "critical",
    does: "pages the critical receiver",
    receivers: [page],
  },
  {
    who: "a tenant of whose operations more than 1 % fail",
    order: { fault: "errors", tenant: "dev-tenant", share: 20 },
    slo: "errors",
    severity: "warning",
    does: "warns the default receiver",
    receivers: [others],
  },
  {
    who: "a service that is not ready",
    order: { fault: "down" },
    slo: "availability",
    severity: "critical",
    does: "pages the critical receiver",
    receivers: [page],
  },
];

/** From when a fault begins to the notification, in seconds: what is aimed at, and what is promised. */
const goalSeconds = { critical: 60, warning: 150 } as const;
const mostSeconds = ({ does, severity }: Fault) =>
  Number(/within (\d+) s/.exec(does)?.[1] ?? 3 * goalSeconds[severity]);

/** Whom a fault's alert may name: who breaks the same promise as badly, or worse. */
const alike = ({ slo, severity }: Fault) =>
  faults
    .filter((other) => other.slo === slo && [severity, "critical"].includes(other.severity))
    .map(({ order }) => order.tenant);

/** Alerts that follow from devices which fail, besides. */
const ofDevices = ["UsbTransfersFailing", "QueueJobsDead"];

const isExpected = (labels: Record<string, string>) =>
  faults.some(
    ({ order, slo }) =>
      labels["tenant_id"] === order.tenant &&
      (labels["slo"] === slo || (order.fault === "errors" && ofDevices.includes(labels["alertname"] ?? ""))),
  );

const say = (line: string) => console.log(`        ${line}`);

describe("on the live stack", function () {
  this.timeout("15m");
  let live: Live;
  let unexpected: Record<string, string>[] = [];
  let earlier: Notified[];
  const episodes = new Map<Fault, Episode>();
  const episodeOf = (fault: Fault) => episodes.get(fault) ?? assert.fail("it has not begun");

  /** What was told to people. */
  const told = async () => (await live.notified()).filter(({ role }) => role !== "dead-mans-switch");
  const allTold = async () => {
    await Promise.all(faults.map((fault) => episodeOf(fault).over));
    return told();
  };

  before(async () => {
    live = await sharedLive();
    const app = new LiveApp(live);
    await warmUp(live, app);
    // What has not been started yet is away, for a moment.
    await waitUntil(async () => (unexpected = await unexpectedAlerts(live)).length === 0, 60);
    earlier = await told();
    for (const fault of faults) episodes.set(fault, new Episode(fault, live, app));
  });

  it("nobody is told anything while nothing is wrong, but for the dead man's switch", async () => {
    assert.deepEqual(unexpected, []);
    assert.deepEqual(earlier, []);
    assert.ok((await live.notified()).some(({ role }) => role === "dead-mans-switch"));
  });

  for (const fault of faults) {
    describe(fault.who, () => {
      it(`${fault.does}, and nobody else's tenant is named`, async () => {
        const { begunAt, notification } = await episodeOf(fault).told;
        const seconds = (notification.receivedAt - begunAt) / 1000;
        say(`${seconds.toFixed(1)} s after it began (goal: ${goalSeconds[fault.severity]} s)`);
        assert.ok(seconds <= mostSeconds(fault), `${seconds} s`);
        const alerts = (await allTold()).flatMap((one) => one.alerts).filter(episodeOf(fault).isMeant);
        const named = alerts.map(({ labels }) => labels["tenant_id"]);
        assert.ok(named.includes(fault.order.tenant));
        const known = alike(fault);
        assert.deepEqual(
          named.filter((tenant) => !known.includes(tenant)),
          [],
        );
      });

      it("is over for the same receivers when all is well again", async () => {
        const { notification } = await episodeOf(fault).told;
        const seconds = ((await episodeOf(fault).over) - notification.receivedAt) / 1000;
        say(`${seconds.toFixed(0)} s after it was told`);
      });

      it("can be looked into: the notification leads to a runbook, a dashboard and traces", async () => {
        const { begunAt, notification } = await episodeOf(fault).told;
        const alert = notification.alerts.find(episodeOf(fault).isMeant) ?? assert.fail();
        openRunbook(alert);
        await openDashboard(live, alert);
        // Whether a service is ready is in no trace.
        if (fault.order.tenant) await openTraces(live, alert, begunAt);
      });
    });
  }

  it("premium support hears of premium tenants and of nobody else, and nobody else hears their warnings", async () => {
    for (const { role, channel, text, alerts } of await allTold()) {
      if (channel === "mail") assert.ok(role === "premium" && text.includes(`tenant ${premium}`), text);
      for (const { labels } of alerts) {
        const isPremium = labels["tenant_id"] === premium;
        const allowed = isPremium ? ["critical", "premium"] : ["critical", "default"];
        assert.ok(allowed.includes(role), `${role} heard of ${JSON.stringify(labels)}`);
      }
    }
  });

  it("nobody is told of anything but what is wrong", async () => {
    const alerts = (await allTold()).flatMap((one) => one.alerts);
    assert.deepEqual(
      alerts.map(({ labels }) => labels).filter((labels) => !isExpected(labels)),
      [],
    );
  });
});
