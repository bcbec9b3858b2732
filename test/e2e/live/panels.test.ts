import assert from "node:assert/strict";
import { join } from "node:path";
import { outcomeOf } from "../../../local/dashboards/draw/panel.ts";
import { exemplarsOf } from "../../../local/dashboards/exemplars.ts";
import { exactly, interpolate } from "../../../local/dashboards/interpolation.ts";
import type { DashboardModel, PanelModel, TargetModel } from "../../../local/dashboards/model.ts";
import { backendsOf, isTenantsOwn } from "../../../local/live/desk/dashboards/backends.ts";
import { Dashboards } from "../../../local/live/desk/dashboards/dashboards.ts";
import { type DeskSettings, readSettings } from "../../../local/live/desk/settings.ts";
import { unavailable } from "../../../local/dashboards/unavailable.ts";
import { waitUntil } from "../../../local/processes.ts";
import { type Live, sharedLive } from "../../support/live.ts";
import { LiveApp } from "./support/app.ts";
import { mayBeEmpty, ofOwnProcesses } from "./support/expected-panels.ts";
import { Recordings } from "./support/recordings.ts";

/**
 * So old the stack must be at least: the history is recorded once in five minutes. What the long-term Prometheus makes of it,
 * once in five minutes too, may come later.
 */
const oldEnoughSeconds = 360;
const slackSeconds = 60;
const rangeSeconds = 900;

/** One query of a panel, as one reader asks it. */
interface Question {
  dashboard: DashboardModel;
  panel: PanelModel;
  target: TargetModel;
  /** All of them where there is none. */
  tenant: string | undefined;
}

/** As `mayBeEmpty` names them. */
const nameOf = ({ dashboard, panel, target }: Question) =>
  `${dashboard.title}: ${panel.title}${panel.targets.length > 1 ? `, ${target.legendFormat || target.refId}` : ""}`;
const described = (question: Question) => `${nameOf(question)} (${question.tenant ?? "all tenants"})`;

/** For its names alone: the intervals do not matter. */
const filledIn = ({ target }: Question) =>
  interpolate(target.expr ?? "", { intervalSeconds: 60, scrapeIntervalSeconds: 30 });

const empty = Object.values(mayBeEmpty).flat();

describe("the dashboards of a live stack", function () {
  this.timeout(1000 * (oldEnoughSeconds + 4 * slackSeconds));
  let live: Live;
  let app: LiveApp;
  let settings: DeskSettings;
  let dashboards: readonly DashboardModel[];

  before(async () => {
    live = await sharedLive();
    app = new LiveApp(live);
    const { stackFolder } = live.commands.environment("dev");
    settings = readSettings(join(stackFolder, "live", "desk", "settings.json"));
    dashboards = new Dashboards(settings).all;
  });

  const questions = (): Question[] =>
    dashboards.flatMap((dashboard) => {
      const tenants = isTenantsOwn(dashboard) ? live.tenants : [undefined, ...live.tenants];
      const panels = dashboard.panels.filter(({ type }) => type !== "row");
      return tenants.flatMap((tenant) =>
        panels.flatMap((panel) => panel.targets.map((target) => ({ dashboard, panel, target, tenant }))),
      );
    });

  /** What becomes of a single query: nothing, when it finds something. */
  async function lackOf({ dashboard, panel, target, tenant }: Question): Promise<string | undefined> {
    const end = Math.floor(Date.now() / 1000);
    const isOwn = isTenantsOwn(dashboard);
    const view = {
      backendOf: backendsOf(settings, isOwn ? tenant : undefined),
      ...(tenant && !isOwn ? { variables: { tenant: exactly(tenant) } } : {}),
      scrapeIntervalSeconds: settings.scrapeIntervalSeconds,
      end,
      range: { from: end - rangeSeconds, to: end },
      marks: [],
    };
    const alone = { ...panel, targets: [target] };
    if (target.exemplar) {
      const backend = view.backendOf(panel.datasource ?? { type: "", uid: "" });
      const found = backend ? await exemplarsOf(alone, view.range, view, backend) : [];
      return found.length > 0 ? undefined : "no exemplar";
    }
    const outcome = await outcomeOf(alone, view);
    if ("reason" in outcome) return outcome.reason;
    if ("missing" in outcome) return `needs ${outcome.missing}`;
    return "empty" in outcome ? "nothing" : undefined;
  }

  /** Those of the questions that find nothing, with why; one after another, as a person would look. */
  async function lacking(among: readonly Question[]): Promise<Map<Question, string>> {
    const found = new Map<Question, string>();
    for (const question of among) {
      const lack = await lackOf(question);
      if (lack !== undefined) found.set(question, lack);
    }
    return found;
  }

  const isExpected = (question: Question, lack: string) =>
    unavailable.some(({ program }) => lack === `needs ${program}`) ||
    (lack === "nothing" &&
      (empty.includes(nameOf(question)) ||
        (question.tenant !== app.ownTenant && ofOwnProcesses.includes(nameOf(question)))));

  const ageSeconds = async () => {
    const [started] = await live.query('time() - process_start_time_seconds{job="prometheus"}');
    return Number(started?.value[1]);
  };

  it("have data in every panel, for all tenants and for each, but for what cannot be here", async () => {
    for (const tenant of live.tenants) {
      const orders = [
        { fault: "usb-slow", tenant, ms: 250 },
        { fault: "errors", tenant, share: 100 },
      ] as const;
      // A trace that is slow and fails, and an error in the log.
      assert.equal((await app.during(orders, () => app.read(tenant))).status, 500);
    }
    let left = new Map(questions().map((question) => [question, ""]));
    const count = left.size;
    const isComplete = async () => {
      left = await lacking([...left.keys()]);
      for (const [question, lack] of left) if (isExpected(question, lack)) left.delete(question);
      return left.size === 0;
    };
    await waitUntil(isComplete, Math.max(oldEnoughSeconds - (await ageSeconds()), slackSeconds), 5000);
    const recordings = await Recordings.of(live);
    const coming: string[] = [];
    const missing: string[] = [];
    for (const [question, lack] of left) {
      const isComing = lack === "nothing" && recordings.isComing(filledIn(question));
      (isComing ? coming : missing).push(`${described(question)}: ${lack}`);
    }
    console.log(`      ${count} queries, ${Math.round(await ageSeconds())} s after the start of Prometheus`);
    if (coming.length > 0)
      console.log(`      of history to be recorded yet:\n        ${coming.join("\n        ")}`);
    assert.deepEqual(missing, []);
  });

  it("say of a panel that may show nothing what that means", () => {
    const quiet = [...empty, ...ofOwnProcesses];
    for (const name of quiet) {
      const question = questions().find((one) => nameOf(one) === name) ?? assert.fail(`there is no ${name}`);
      const { fieldConfig, targets } = question.panel;
      const isWhole = targets.every((target) => quiet.includes(nameOf({ ...question, target })));
      if (isWhole) assert.ok(fieldConfig.defaults.noValue, name);
    }
  });

  it("are drawn by the desk in time, with every tenant and service to choose from", async () => {
    const desk = new Dashboards(settings);
    for (const { uid, title } of dashboards) {
      const shown = await desk.show(uid, new URLSearchParams({ from: "now-15m" }));
      assert.deepEqual(shown?.drawn.failed, [], title);
      const choices = new Map(
        shown?.choices.map(({ name, options }) => [name, options.map(({ value }) => value)]),
      );
      assert.deepEqual(choices.get("var-environment"), ["", "development"], title);
      assert.deepEqual(choices.get("var-service"), ["", "autoweave-hub", "autoweave-worker"], title);
      const tenants = choices.get("var-tenant") ?? choices.get("as");
      assert.deepEqual(tenants?.filter(Boolean).sort(), live.tenants.toSorted(), title);
    }
  });
});
