import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dashboards } from "../../dashboards/index.ts";
import { datasourceUids } from "../backends/grafana/datasources.ts";

const usage = `Usage: dashboards --out DIR

Writes every dashboard as JSON, as Grafana imports it, into a folder, and prints the files' paths. They are the same for every
stack, whose datasources have the same uids.`;

try {
  const { values } = parseArgs({
    options: { out: { type: "string" }, help: { type: "boolean", default: false } },
  });
  if (values.help) console.log(usage);
  else if (values.out === undefined) throw new Error(`--out is missing.\n\n${usage}`);
  else write(values.out);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function write(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { uid, json } of dashboards({ datasources: datasourceUids })) {
    const path = join(folder, `${uid}.json`);
    writeFileSync(path, `${JSON.stringify(json, null, 2)}\n`);
    console.log(path);
  }
}
