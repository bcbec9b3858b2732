import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../folders.ts";
import { run } from "../run.ts";
import type { DashboardModel } from "./model.ts";

/** The dashboards as the stack's command writes them. */
export async function definitions(): Promise<DashboardModel[]> {
  const folder = mkdtempSync(join(tmpdir(), "dashboards-"));
  try {
    const script = join(repository, "infra/commands/dashboards.ts");
    const { code, stdout, stderr } = await run(process.execPath, [script, "--out", folder]);
    if (code !== 0) throw new Error(`The dashboards could not be written:\n${stderr}`);
    return stdout
      .trim()
      .split("\n")
      .map((path) => JSON.parse(readFileSync(path, "utf8")) as DashboardModel);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
