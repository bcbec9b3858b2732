import { once } from "node:events";
import { isMainThread } from "node:worker_threads";
import { App } from "./app.ts";
import { type LoadReport, type LoadSignal, noLoad, type Rates, signals, type Target } from "./load.ts";
import { Sender } from "./sender.ts";

/** At least one app of each service of each tenant, so that all of them write whatever the rates. */
const leastAppsPerTenant = 2;

/** The process of the load: takes rates, answers each with what has been sent under the former ones. */
if (isMainThread && process.send) {
  process.on("disconnect", () => process.exit(0));
  process.send("up");
  const [target] = (await once(process, "message")) as [Target];
  const { otlp, loki } = target;
  const senders: Record<LoadSignal, Sender> = {
    spans: new Sender(`${otlp}/v1/traces`),
    lines: new Sender(`${loki}/otlp/v1/logs`),
    series: new Sender(`${otlp}/v1/metrics`),
  };
  const apps: App[] = [];
  let rates = noLoad;

  const change = async (next: Rates): Promise<LoadReport> => {
    for (const app of apps) app.pause();
    await Promise.all(signals.map((signal) => senders[signal].idle()));
    const report = reportOf(senders);
    rates = next;
    const { tenants, seriesPerApp } = target;
    const wanted = Math.max(tenants.length * leastAppsPerTenant, Math.ceil(rates.series / seriesPerApp));
    while (apps.length < wanted) apps.push(new App(apps.length, target, senders));
    for (const app of apps) {
      app.resume({
        spansPerSecond: rates.spansPerSecond / apps.length,
        linesPerSecond: rates.linesPerSecond / apps.length,
        series: rates.series > 0 ? seriesPerApp : 0,
      });
    }
    return report;
  };
  await change(noLoad);
  process.on("message", (next) => void change(next as Rates).then((report) => process.send?.(report)));
  process.send("ready");
}

function reportOf(senders: Record<LoadSignal, Sender>): LoadReport {
  const { user, system } = process.cpuUsage();
  return {
    at: Date.now(),
    tallies: {
      spans: senders.spans.report(),
      lines: senders.lines.report(),
      series: senders.series.report(),
    },
    cpuSeconds: (user + system) / 1e6,
  };
}
