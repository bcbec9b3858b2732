import { alertPrefix } from "../../../../alerts/slo/scope.ts";
import { budgetOf } from "../../../../alerts/slo/burn-rates.ts";
import { type Slo, slos } from "../../../../alerts/slos.ts";
import type { FaultOrder } from "../../../../local/demo/fault-kinds.ts";
import { DemoControl } from "../../../../local/live/faults/control.ts";
import { eventually, type Live, type Notified } from "../../../support/live.ts";
import type { LiveApp } from "./app.ts";

/** Whom Alertmanager tells, and how. */
export type Receiver = readonly [role: string, channel: Notified["channel"]];

type Alert = Notified["alerts"][number];

/** Something that goes wrong, and what is to be told of it to whom. */
export interface Fault {
  /** Whom it happens to, and what follows: two halves of a sentence. */
  who: string;
  does: string;
  order: Omit<FaultOrder, "seconds">;
  /** Id of the promise that is broken. */
  slo: string;
  severity: "warning" | "critical";
  receivers: readonly Receiver[];
}

/** When and how a fault was told. */
interface Told {
  /** When the hub began to do wrong, in milliseconds since 1970. */
  begunAt: number;
  /** At the first of the receivers. */
  notification: Notified;
}

const pollMs = 1_000;
/** For what takes no more than some minutes on a machine that has nothing else to do. */
const patienceSeconds = 480;

/** A fault of the sample app, from its order to the news that it is over. */
export class Episode {
  /** Rejects when a receiver hears nothing of it. */
  readonly told: Promise<Told>;
  /** When the first of the receivers has heard that it is over, in milliseconds since 1970; rejects when one hears nothing. */
  readonly over: Promise<number>;
  readonly #fault: Fault;
  readonly #alert: string;
  readonly #bound: Bound | undefined;
  readonly #live: Live;
  readonly #app: LiveApp;
  readonly #control: DemoControl;
  #underWay: { id: string; command: Promise<string> } | undefined;

  /** It begins at once. */
  constructor(fault: Fault, live: Live, app: LiveApp) {
    const slo = slos.find(({ id }) => id === fault.slo) as Slo;
    this.#fault = fault;
    this.#alert = `${alertPrefix(slo)}Breached`;
    this.#bound = boundOf(slo, fault.severity);
    this.#live = live;
    this.#app = app;
    this.#control = new DemoControl(live.commands.environment("dev").stackFolder);
    this.told = this.#happen();
    this.over = this.told.then(({ notification }) => this.#recover(notification.receivedAt));
    // Who wants to know awaits them later.
    for (const promise of [this.told, this.over]) promise.catch(() => {});
  }

  /** Whether it is this promise's alert of this severity, whomever it names. */
  isMeant = ({ labels: { alertname, severity, escalation } }: Alert): boolean =>
    alertname === this.#alert && severity === this.#fault.severity && escalation === undefined;

  /**
   * Before an alert ends, five minutes of history have to be outweighed: things go just wrong enough for it, and until it is
   * told.
   */
  async #happen(): Promise<Told> {
    const begunAt = await this.#begin();
    try {
      const notification = await eventually(
        `${this.#alert} at every receiver`,
        patienceSeconds,
        async () => {
          const heard = await this.#heardByAll("firing", begunAt);
          if (!heard) await this.#regulate();
          return heard;
        },
        pollMs,
      );
      return { begunAt, notification };
    } finally {
      await this.#end();
    }
  }

  async #recover(since: number): Promise<number> {
    while (this.#bound && (await this.#excess(this.#bound)) > 0.8) await this.#outweigh();
    const { receivedAt } = await eventually(
      `the end of ${this.#alert} at every receiver`,
      patienceSeconds,
      () => this.#heardByAll("resolved", since),
      pollMs,
    );
    return receivedAt;
  }

  async #regulate(): Promise<void> {
    if (!this.#bound) return;
    const excess = await this.#excess(this.#bound);
    if (excess > 1.5) await this.#end();
    else if (excess < 1.2 && !this.#underWay) await this.#begin();
  }

  /** How bad the last five minutes were: more than 1 is told. */
  async #excess({ share, events }: Bound): Promise<number> {
    const { tenant = "" } = this.#fault.order;
    const [bad, all] = await Promise.all([
      countOf(this.#live, "errors", this.#fault.slo, tenant),
      countOf(this.#live, "events", this.#fault.slo, tenant),
    ]);
    return Math.min(bad / (all || 1) / share, bad / events);
  }

  /** Has the tenant's app do some of the same, which goes well. */
  async #outweigh(): Promise<void> {
    const { fault, tenant = "" } = this.#fault.order;
    const reload = { query: 'mutation { reloadPlugin(name: "scale") { version } }' };
    await tenTimes(() =>
      fault === "plugin-slow" ? this.#app.send(tenant, "POST", "/graphql", reload) : this.#app.read(tenant),
    );
  }

  /** Orders the fault as a user does; gives when the hub has begun. */
  async #begin(): Promise<number> {
    const { fault, tenant } = this.#fault.order;
    const args = Object.entries(this.#fault.order).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const command = this.#live.commands.succeed("demo", ...args, "--for", `${patienceSeconds}s`);
    const { id, until, seconds } = await Promise.race([
      eventually(`the fault ${fault}`, patienceSeconds, async () =>
        (await this.#control.running()).find((one) => one.fault === fault && one.tenant === tenant),
      ),
      // It stays until the fault is over, unless it fails.
      command.then((said) => Promise.reject(new Error(said))),
    ]);
    this.#underWay = { id, command };
    return Date.parse(until) - seconds * 1000;
  }

  async #end(): Promise<void> {
    if (!this.#underWay) return;
    const { id, command } = this.#underWay;
    this.#underWay = undefined;
    await this.#control.stop({ id });
    await command;
  }

  /** What the first of the receivers heard first since a time, once all of them have heard it. */
  async #heardByAll(status: "firing" | "resolved", since: number): Promise<Notified | undefined> {
    // The newest come first.
    const notified = (await this.#live.notified(since)).reverse();
    const heard = this.#fault.receivers.map(([role, channel]) =>
      notified.find((one) => one.role === role && one.channel === channel && this.#isTold(one, status)),
    );
    return heard.includes(undefined) ? undefined : heard[0];
  }

  /** A mail is for people: it has no labels. */
  #isTold({ channel, status, text, alerts }: Notified, wanted: "firing" | "resolved"): boolean {
    const { tenant } = this.#fault.order;
    if (channel === "mail")
      return status === wanted && text.includes(this.#alert) && text.includes(tenant ?? "");
    return alerts.some(
      (alert) => alert.status === wanted && this.isMeant(alert) && alert.labels["tenant_id"] === tenant,
    );
  }
}

/** Which share and how many of a tenant's events in five minutes may be bad, before it is told. */
interface Bound {
  share: number;
  events: number;
}

/** Of a promise about a tenant's events; whether a service is ready is not counted. */
function boundOf(
  { indicator, objective, thresholds, minimumErrors = 1 }: Slo,
  severity: Fault["severity"],
): Bound | undefined {
  if (indicator.kind === "readiness") return undefined;
  // A percentile is beyond its bound when the share that the objective leaves is.
  const share = indicator.kind === "latency" ? budgetOf({ objective }) : thresholds[severity];
  return { share: share ?? 0, events: minimumErrors };
}

/** Of the hub's events of the last five minutes. */
async function countOf(live: Live, what: "events" | "errors", slo: string, tenant: string): Promise<number> {
  const labels = `slo="${slo}",tenant_id="${tenant}",service="autoweave-hub"`;
  const [sample] = await live.query(`300 * tenant:slo_${what}:rate5m{${labels}}`);
  return Number(sample?.value[1] ?? 0);
}

const tenTimes = (task: () => Promise<unknown>) => Promise.all(Array.from({ length: 10 }, task));

/** Has the app do so much for each tenant that one bad event is a small share of it, also when it has just started. */
export async function warmUp(live: Live, app: LiveApp): Promise<void> {
  const leastEvents = 1_000;
  for (const tenant of live.tenants) {
    await eventually(`the first events of ${tenant}`, patienceSeconds, async () => {
      if ((await countOf(live, "events", "errors", tenant)) > leastEvents) return true;
      await tenTimes(() => app.read(tenant));
      return undefined;
    });
  }
}
