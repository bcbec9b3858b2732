import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Backend } from "../../../dashboards/backend.ts";
import { drawDashboard, type Drawn } from "../../../dashboards/draw/dashboard.ts";
import { clock } from "../../../dashboards/draw/format.ts";
import { type DashboardModel, secondsOf } from "../../../dashboards/model.ts";
import { Cache } from "../cache.ts";
import type { DeskSettings } from "../settings.ts";
import { backendsOf, isTenantsOwn } from "./backends.ts";
import { type Choice, rangeChoice, variableChoice, variablesOf } from "./choices.ts";

/** A dashboard as it is now. */
export interface Shown {
  dashboard: DashboardModel;
  drawn: Drawn;
  choices: Choice[];
}

/** No backend keeps a page waiting for longer. */
const deadlineMs = 8000;
/** Half of the time after which a browser asks again. */
const freshMs = 5000;

/** The parameter that says as whom a dashboard is looked at which shows a tenant its own data. */
const asTenant = "as";

/** The deployed dashboards, drawn of what the backends have now. */
export class Dashboards {
  readonly #settings: DeskSettings;
  readonly #shown = new Cache<Shown>(freshMs);
  /** By title. */
  readonly all: readonly DashboardModel[];

  constructor(settings: DeskSettings) {
    this.#settings = settings;
    this.all = readdirSync(settings.dashboards)
      .map((file) => JSON.parse(readFileSync(join(settings.dashboards, file), "utf8")) as DashboardModel)
      .toSorted((a, b) => a.title.localeCompare(b.title));
  }

  /** Undefined when there is no such dashboard. */
  async show(uid: string, parameters: URLSearchParams): Promise<Shown | undefined> {
    const dashboard = this.all.find((each) => each.uid === uid);
    if (dashboard === undefined) return undefined;
    const names = ["from", asTenant, ...dashboard.templating.list.map(({ name }) => `var-${name}`)];
    const key = JSON.stringify([uid, ...names.map((name) => parameters.get(name))]);
    return this.#shown.get(key, () => this.#draw(dashboard, parameters));
  }

  async #draw(dashboard: DashboardModel, parameters: URLSearchParams): Promise<Shown> {
    const signal = AbortSignal.timeout(deadlineMs);
    const range = rangeChoice(dashboard, parameters);
    const tenant = this.#tenantChoice(dashboard, parameters);
    const backendOf = backendsOf(this.#settings, tenant?.chosen);
    const variables = variablesOf(dashboard, parameters);
    const metrics = backendOf({ type: "prometheus", uid: this.#metricsUid() });
    const choose = () =>
      dashboard.templating.list.map((variable) =>
        variableChoice(variable, parameters, variables, metrics as Backend, signal),
      );
    const now = Date.now();
    const [drawn, choices] = await Promise.all([
      drawDashboard(dashboard, {
        backendOf,
        scrapeIntervalSeconds: this.#settings.scrapeIntervalSeconds,
        end: Math.floor(now / 1000),
        rangeSeconds: secondsOf(range.chosen),
        variables,
        signal,
        data: `what the stack ${this.#settings.stack} told at ${clock(now).slice(0, 8)}`,
        traceUrl: (id) => `/traces/${id}`,
      }),
      metrics ? Promise.all(choose()) : [],
    ]);
    return { dashboard, drawn, choices: [range, ...(tenant ? [tenant] : []), ...choices] };
  }

  #metricsUid = (): string => this.#settings.datasources.find(({ type }) => type === "prometheus")?.uid ?? "";

  #tenantChoice(dashboard: DashboardModel, parameters: URLSearchParams): Choice | undefined {
    if (!isTenantsOwn(dashboard)) return undefined;
    const ids = this.#settings.tenants.map(({ id }) => id);
    const wanted = parameters.get(asTenant) ?? "";
    return {
      name: asTenant,
      label: "Seen by",
      chosen: ids.includes(wanted) ? wanted : (ids[0] ?? ""),
      options: ids.map((id) => ({ value: id, text: id })),
    };
  }
}
