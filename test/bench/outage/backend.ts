import { isMainThread } from "node:worker_threads";
import { Backend } from "../../../sdk/test/support/backend.ts";
import { plainAttributes } from "../../../sdk/test/support/otlp-decode.ts";
import type { Records } from "../../../sdk/test/support/otlp-types.ts";
import { answer, numbered } from "./messages.ts";

/** A backend in a process of its own that knows which numbers it has seen. */
if (isMainThread && process.send) {
  const backend = await Backend.start();
  const seen = { traces: new Set<unknown>(), logs: new Set<unknown>() };
  const again = { traces: 0, logs: 0 };
  let metricUpdates = 0;

  const read = () => {
    for (const { signal, records } of backend.requests.splice(0)) {
      for (const { record } of records) {
        if (signal === "metrics") readMetric(record as Records["metrics"]);
        else readNumbered(signal, record as Records["traces" | "logs"]);
      }
    }
  };
  const readNumbered = (signal: "traces" | "logs", { attributes }: Records["traces" | "logs"]) => {
    const number = plainAttributes(attributes)["number"];
    if (number === undefined) return;
    if (seen[signal].has(number)) again[signal]++;
    seen[signal].add(number);
  };
  const readMetric = ({ name, sum }: Records["metrics"]) => {
    if (name !== "bench_updates_total") return;
    const values = (sum?.dataPoints ?? []).map(({ asDouble, asInt }) => asDouble ?? Number(asInt));
    metricUpdates = values.reduce((total, value) => total + value, 0);
  };
  // What it has read it need not keep.
  setInterval(read, 100);

  answer<"backend">({
    async listen() {
      await backend.listen();
      return { url: backend.url };
    },
    async refuse() {
      await backend.refuseConnections();
      return null;
    },
    arrived() {
      read();
      const [traces, logs] = numbered.map((signal) => seen[signal].size) as [number, number];
      return { distinct: { traces, logs }, again, metricUpdates };
    },
  });
}
