import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { definitions } from "../dashboards/definitions.ts";
import { drawDashboard } from "../dashboards/draw/dashboard.ts";
import { html } from "../dashboards/draw/page.ts";
import { png } from "../dashboards/draw/png.ts";
import { Fixture } from "../dashboards/fixture.ts";
import type { Source } from "../dashboards/query.ts";
import { environmentFolder } from "../folders.ts";
import { main } from "../main.ts";
import { say, step } from "../progress.ts";

/** Two weeks, for what compares one with the one before. */
const synthetic = { tenants: 3, days: 15, everySeconds: 150, buckets: "first" } as const;

/**
 * `npm run dashboards:preview [-- --out DIR --prometheus URL --loki URL --tempo URL --tenants ID,ID]`: draws every dashboard as
 * a PNG each and as one page. Without the address of a Prometheus, one is started and filled with data that are made up. Of Loki
 * and Tempo it looks at the data of these tenants.
 */
await main(async () => {
  const { values } = parseArgs({
    options: {
      out: { type: "string", default: join(environmentFolder(), "dashboards") },
      prometheus: { type: "string" },
      loki: { type: "string" },
      tempo: { type: "string" },
      tenants: { type: "string", default: "" },
    },
  });
  const fixture = values.prometheus === undefined ? new Fixture() : undefined;
  try {
    await fixture?.fill(synthetic);
    const prometheus = values.prometheus ?? fixture?.url;
    const source: Source = {
      backendOf: backends(
        { prometheus, loki: values.loki, tempo: values.tempo },
        values.tenants.replaceAll(",", "|"),
      ),
      scrapeIntervalSeconds: fixture ? synthetic.everySeconds : 30,
      end: fixture?.end ?? Math.floor(Date.now() / 1000),
    };
    const data = fixture
      ? `data that are made up (${fixture.series} series of ${synthetic.tenants} tenants, ${synthetic.days} days), recorded by the stack's own rules.`
      : `what ${[values.prometheus, values.loki, values.tempo].filter(Boolean).join(", ")} told at ${new Date().toISOString()}.`;
    await draw(resolve(values.out), source, data);
  } finally {
    await fixture?.remove();
  }
});

/** Those that have an address, each for all datasources of its type. */
function backends(urls: Readonly<Record<string, string | undefined>>, tenants: string): Source["backendOf"] {
  const headers: Record<string, string> = tenants ? { "X-Scope-OrgID": tenants } : {};
  return ({ type }) => {
    const url = urls[type];
    return url === undefined ? undefined : { name: type, url, headers };
  };
}

async function draw(folder: string, source: Source, data: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const drawings: { uid: string; title: string; svg: string }[] = [];
  for (const dashboard of await definitions()) {
    const { uid, title } = dashboard;
    const { svg, empty, unavailable, failed } = await step(`Drawing ${title}`, () =>
      drawDashboard(dashboard, { ...source, data }),
    );
    if (empty.length > 0) say(`  no data: ${empty.join(", ")}`);
    for (const { title, program } of unavailable) say(`  no data: ${title}, which needs ${program}`);
    for (const { title, reason } of failed) say(`  no answer: ${title}: ${reason}`);
    if (failed.length > 0) process.exitCode = 1;
    writeFileSync(join(folder, `${uid}.png`), await png(svg));
    drawings.push({ uid, title, svg });
  }
  writeFileSync(join(folder, "index.html"), html(drawings, data));
  console.log(join(folder, "index.html"));
}
