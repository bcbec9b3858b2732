import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { repository } from "../../../../local/folders.ts";
import { eventually, type Live, type Notified } from "../../../support/live.ts";

type Alert = Notified["alerts"][number];

interface Panes {
  traces: { range: { from: string; to: string } };
}

/** What the desk has in Grafana's place; on a busy machine the backends need more than one try. */
async function open(live: Live, url: string): Promise<string> {
  const { pathname, search } = new URL(url);
  return eventually(`a page at ${pathname}${search}`, 60, async () => {
    const response = await fetch(live.direct("desk-http") + pathname + search);
    const page = await response.text();
    return response.ok ? page : undefined;
  });
}

/** Opens the runbook that an alert leads to. */
export function openRunbook({ labels, annotations }: Alert): void {
  const name = basename(new URL(annotations["runbook_url"] ?? "").pathname);
  assert.equal(name, labels["alertname"]);
  assert.ok(existsSync(join(repository, "alerts/runbooks", `${name}.md`)), name);
}

/** Opens the dashboard that an alert leads to: what it narrows it to is chosen there, and no panel of it fails. */
export async function openDashboard(live: Live, { labels, annotations }: Alert): Promise<void> {
  const url = new URL(annotations["dashboard_url"] ?? "");
  const page = await open(live, url.href);
  for (const name of ["tenant_id", "service"]) {
    const value = labels[name];
    if (value !== undefined) assert.match(page, new RegExp(`<option[^>]*value="${value}"[^>]* selected`));
  }
  const { failed } = JSON.parse(
    await open(live, url.href.replace(/\/d\/([\w-]+)/, "/dashboards/$1.json")),
  ) as { failed: unknown[] };
  assert.deepEqual(failed, []);
}

/**
 * Opens the search that an alert leads to, around a time (milliseconds since 1970), and the first trace that it finds: one of
 * the alert's tenant.
 */
export async function openTraces(live: Live, { labels, annotations }: Alert, at: number): Promise<void> {
  const url = annotations["traces_url"] ?? "";
  const { range } = (JSON.parse(new URL(url).searchParams.get("panes") ?? "") as Panes).traces;
  assert.ok(Number(range.from) < at && at < Number(range.to));
  const id = await eventually("a trace of what is wrong", 60, async () =>
    /href="\/traces\/([0-9a-f]{32})"/.exec(await open(live, url))?.at(1),
  );
  await open(live, new URL(`/traces/${id}`, url).href);
  await live.ask(labels["tenant_id"] ?? "", "tempo", `/api/traces/${id}`);
}
