import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Slo } from "../../../alerts/slos.ts";
import { slos } from "../../../alerts/slos.ts";
import { sloGroups } from "../../../alerts/slo/groups.ts";
import { waitUntil } from "../../../local/processes.ts";
import { ensureTools } from "../../../local/tools/build.ts";
import { freePort } from "../../support/free-port.ts";
import { outcome, startProgram, stopProgram, temporaryFolder, writeConfig } from "../../support/program.ts";
import { selector, writeRules } from "../../support/promtool.ts";
import { ruleOptions } from "../../support/rules.ts";

const slo = slos.find(({ id }) => id === "errors") as Slo;
const budget = 1 - slo.objective;
const stepSeconds = 300;
const day = 86_400;
const days = 31;
const eventsPerStep = 1000;

/** Which share of a service's operations fails, by their age in days. */
const services: Record<string, (age: number) => number> = {
  healthy: () => 0,
  steady: () => 0.5 * budget,
  // Three times a tenth of the budget would be too much within a day, once within three.
  smouldering: (age) => (age < 3 ? 1.1 * budget : 0),
  burning: (age) => (age < 1 ? 3.3 * budget : 0),
  recovered: (age) => (age >= 0.3 && age < 3 ? 5 * budget : 0),
  forgiven: (age) => (age > 30 ? 1 : 0),
};
const tenants: Record<string, (age: number) => number> = {
  gold: () => 0.25 * budget,
  plain: (age) => (age < 1 ? 0.5 : 0),
};

/** A month of history, as the main Prometheus would have written it. */
function* openMetrics(endSeconds: number) {
  const series = [
    ...Object.entries(services).map(([service, share]) => ({ level: "service", labels: { service }, share })),
    ...Object.entries(tenants).map(([tenant_id, share]) => ({
      level: "tenant",
      labels: { tenant_id, service: "shared" },
      share,
    })),
  ];
  for (const count of ["events", "errors"]) {
    for (const level of ["service", "tenant"]) {
      const name = `${level}:slo_${count}:increase5m`;
      yield `# TYPE ${name} gauge\n`;
      for (const { labels, share } of series.filter((one) => one.level === level)) {
        for (let age = days * day; age >= 0; age -= stepSeconds) {
          const value = count === "events" ? eventsPerStep : eventsPerStep * share(age / day);
          yield `${name}${selector({ slo: slo.id, ...labels })} ${value} ${endSeconds - age}\n`;
        }
      }
    }
  }
  yield "# EOF\n";
}

interface FiringAlert {
  state: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

describe("windows of days, on a month of history in a real Prometheus", function () {
  this.timeout(600_000);
  const folder = temporaryFolder();
  let running: ChildProcess;
  let url: string;

  const api = async <Data>(path: string): Promise<Data> => {
    const answer = await fetch(`${url}/api/v1/${path}`);
    return ((await answer.json()) as { data: Data }).data;
  };
  const value = async (expr: string) => {
    const { result } = await api<{ result: { value: [number, string] }[] }>(
      `query?query=${encodeURIComponent(expr)}`,
    );
    return result.map((sample) => Number(sample.value[1]));
  };
  const remaining = (labels: object, level = "service") =>
    value(`${level}:slo_budget:remaining${slo.windowDays}d${selector({ slo: slo.id, ...labels })}`);
  const firing = async () =>
    (await api<{ alerts: FiringAlert[] }>("alerts")).alerts.filter(({ state }) => state === "firing");

  before(async () => {
    const tools = await ensureTools(["promtool", "prometheus"]);
    const data = join(folder.path, "data");
    const end = Math.floor(Date.now() / 1000 / stepSeconds) * stepSeconds;
    const history = join(folder.path, "history.txt");
    await pipeline(Readable.from(openMetrics(end)), createWriteStream(history));
    const made = await outcome(tools.promtool, [
      ...["tsdb", "create-blocks-from", "--quiet", "--max-block-duration=744h"],
      ...["openmetrics", history, data],
    ]);
    assert.equal(made.code, 0, made.said);

    const groups = sloGroups([slo], { premium: ["gold"], links: ruleOptions.links })
      .filter(({ prometheus }) => prometheus === "long-term")
      .map((group) => ({ ...group, intervalSeconds: 1 }));
    const config = writeConfig(folder.path, "prometheus", {
      rule_files: [writeRules(folder.path, "rules", groups)],
    });
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    running = await startProgram(
      tools.prometheus,
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${data}`,
        "--storage.tsdb.retention.time=400d",
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      /Server is ready/,
    );
    assert.ok(await waitUntil(async () => (await firing()).length > 0, 60));
  });
  after(async () => {
    await stopProgram(running);
    folder.remove();
  });

  for (const [service, expected] of Object.entries({
    healthy: 1,
    steady: 0.5,
    smouldering: 1 - (1.1 * 3) / 30,
    burning: 1 - 3.3 / 30,
    forgiven: 1,
  })) {
    it(`leave of the budget of a ${service} service what arithmetic leaves: ${expected.toFixed(3)}`, async () => {
      const [left = NaN] = await remaining({ service });
      assert.ok(Math.abs(left - expected) < 0.002, String(left));
    });
  }

  it("are recorded for a premium tenant, and for the others counted from the history", async () => {
    const [gold = NaN] = await remaining({ tenant_id: "gold" }, "tenant");
    assert.ok(Math.abs(gold - 0.75) < 0.001, String(gold));
    assert.deepEqual(await remaining({ tenant_id: "plain" }, "tenant"), []);
    const counted = (count: string) =>
      `sum_over_time(tenant:slo_${count}:increase5m{tenant_id="plain"}[30d])`;
    const [plain = NaN] = await value(`1 - ${counted("errors")} / ${counted("events")} / ${budget}`);
    assert.ok(Math.abs(plain - (1 - 0.5 / 30 / budget)) < 0.01, String(plain));
  });

  it("make a ticket of what burns too fast within one day or three, and of nothing that is over", async () => {
    const told = (await firing()).map(({ labels }) =>
      `${labels["service"]} ${labels["tenant_id"] ?? ""}`.trim(),
    );
    assert.deepEqual(told.sort(), ["burning", "shared plain", "smouldering"]);
  });

  it("make tickets that say how much, and lead to runbook, dashboard and the tenant's own traces", async () => {
    const ticket = (await firing()).find(({ labels }) => labels["tenant_id"] === "plain") as FiringAlert;
    const { annotations, labels } = ticket;
    assert.equal(labels["severity"], "warning");
    assert.match(annotations["summary"] ?? "", /shared for tenant plain/);
    assert.match(annotations["value"] ?? "", /^\d+(\.\d+)?%$/);
    assert.equal(annotations["runbook_url"], "https://docs.example.com/runbooks/ErrorsBudgetBurning");
    assert.equal(
      annotations["dashboard_url"],
      "https://grafana.example.com/d/autoweave-slo?var-tenant=plain&var-service=shared",
    );
    const panes = new URL(annotations["traces_url"] ?? "").searchParams.get("panes") ?? "";
    const { traces } = JSON.parse(panes) as {
      traces: { queries: { query: string }[]; range: { from: string; to: string } };
    };
    assert.equal(
      traces.queries[0]?.query,
      '{ span.tenant.id = "plain" && resource.service.name = "shared" && status = error }',
    );
    assert.ok(Math.abs(Number(traces.range.to) - Date.now()) < 60_000);
    assert.equal(Number(traces.range.to) - Number(traces.range.from), 1_800_000);
  });
});
