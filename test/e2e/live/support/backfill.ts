import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureTools } from "../../../../local/tools/build.ts";
import type { Live } from "../../../support/live.ts";
import { outcome } from "../../../support/program.ts";

const metric = "autoweave_test_backfilled";
const day = 86_400_000;

/** Samples in the past of the live stack's Prometheuses, brought in as an operator does it: as blocks. */
export class Backfill {
  /** Folders of the blocks, by program and age in days. */
  readonly #blocks = new Map<string, string>();

  /** Gives each program samples of a day before and a day after the end of its retention, and of today. */
  async write(live: Live, retentionDays: Record<string, number>): Promise<void> {
    for (const [program, days] of Object.entries(retentionDays))
      for (const age of [days + 1, days - 1, 0.5]) await this.#write(live, program, age);
  }

  /** Whether a program still has the block of that age. */
  holds(program: string, ageDays: number): boolean {
    return existsSync(this.#blocks.get(`${program} ${ageDays}`) ?? assert.fail());
  }

  /** The ages of the samples that a program finds, in days. */
  async samples(live: Live, program: string): Promise<number[]> {
    const found = await live.query(`last_over_time(${metric}[500d])`, `${program}-http`);
    return found.map(({ metric: { age_days } }) => Number(age_days));
  }

  remove(): void {
    for (const block of this.#blocks.values()) rmSync(block, { recursive: true, force: true });
  }

  async #write(live: Live, program: string, ageDays: number): Promise<void> {
    const { promtool } = await ensureTools(["promtool"]);
    const { stackFolder } = live.commands.environment("dev");
    const folder = mkdtempSync(join(stackFolder, "backfill-"));
    const samples = join(folder, "samples");
    const seconds = (Date.now() - ageDays * day) / 1000;
    writeFileSync(samples, `# TYPE ${metric} gauge\n${metric}{age_days="${ageDays}"} 1 ${seconds}\n# EOF\n`);
    const made = join(folder, "blocks");
    const { code, said } = await outcome(promtool, [
      "tsdb",
      "create-blocks-from",
      "openmetrics",
      samples,
      made,
    ]);
    assert.equal(code, 0, said);
    const [block = assert.fail(said)] = readdirSync(made);
    const path = join(stackFolder, "live", program, "data", block);
    this.#blocks.set(`${program} ${ageDays}`, path);
    renameSync(join(made, block), path);
    rmSync(folder, { recursive: true });
  }
}
