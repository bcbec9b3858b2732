import assert from "node:assert/strict";
import { unavailable } from "../../../local/dashboards/unavailable.ts";
import { waitUntil } from "../../../local/processes.ts";
import { BackendMetrics } from "../../support/backend-metrics.ts";
import { metricsOf } from "../../support/promql.ts";
import { temporaryFolder } from "../../support/program.ts";
import { alertsIn, allGroups, recordingsIn } from "../../support/rules.ts";
import { runbookQueries } from "../../support/runbooks.ts";

const unavailableMetrics = new Set(unavailable.flatMap(({ metrics }) => Object.keys(metrics)));
const alerts = alertsIn(allGroups);
const runbooks = [...new Set(alerts.map(({ alert }) => alert))].flatMap(runbookQueries);
const read = new Set(
  [
    ...[...alerts, ...recordingsIn(allGroups)].map(({ expr }) => expr),
    ...runbooks.filter(({ language }) => language === "promql").map(({ text }) => text),
  ].flatMap(metricsOf),
);

/** AutoWeave's apps have their own tests; Prometheus makes some itself, and records what has colons. */
const isBackends = (metric: string) =>
  /^\w+$/.test(metric) && !/^(autoweave_|http_server_|up$|ALERTS$|scrape_samples_scraped$)/.test(metric);

describe("the metrics of backends that rules and runbooks read", function () {
  this.timeout(600_000);
  const folder = temporaryFolder();
  const backends = new BackendMetrics(folder.path);

  before(() => backends.start());
  after(async () => {
    await backends.stop();
    folder.remove();
  });

  it("are those that the programs have, but for those of programs that cannot run here", async () => {
    const expected = [...read].filter((metric) => isBackends(metric) && !unavailableMetrics.has(metric));
    assert.ok(expected.length > 40);
    let missing = expected;
    await waitUntil(
      async () => {
        const names = await backends.names();
        missing = expected.filter((metric) => !names.has(metric));
        return missing.length === 0;
      },
      60,
      500,
    );
    assert.deepEqual(missing, []);
  });

  it("are listed by name with their source, if their program cannot run here, and none is listed that it has", async () => {
    const names = await backends.names();
    for (const metric of unavailableMetrics) assert.ok(!names.has(metric), metric);
  });
});
