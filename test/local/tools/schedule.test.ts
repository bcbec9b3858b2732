import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { type Job, runWithin } from "../../../local/tools/schedule.ts";

/** A job that notes how many ran beside it, by name and in memory. */
function jobsOf(specs: { group: string; memoryMiB: number; fails?: boolean }[]) {
  const running = new Set<Job>();
  const seen: { together: number; memoryMiB: number; groups: string[] }[] = [];
  const jobs = specs.map(({ group, memoryMiB, fails }): Job => {
    const job: Job = {
      group,
      memoryMiB,
      run: async () => {
        running.add(job);
        const now = [...running];
        seen.push({
          together: now.length,
          memoryMiB: now.reduce((sum, it) => sum + it.memoryMiB, 0),
          groups: now.map((it) => it.group),
        });
        await setImmediate();
        running.delete(job);
        if (fails) throw new Error("failed");
      },
    };
    return job;
  });
  return { jobs, seen };
}

describe("the schedule of builds", () => {
  it("runs as many at a time as there are cores", async () => {
    const { jobs, seen } = jobsOf(["a", "b", "c", "d"].map((group) => ({ group, memoryMiB: 1 })));
    await runWithin({ cores: 2, memoryMiB: 100 }, jobs);
    assert.equal(seen.length, 4);
    assert.equal(Math.max(...seen.map(({ together }) => together)), 2);
  });

  it("does not use more memory than there is, but runs a job that is larger than the machine alone", async () => {
    const { jobs, seen } = jobsOf([60, 60, 200].map((memoryMiB, i) => ({ group: String(i), memoryMiB })));
    await runWithin({ cores: 4, memoryMiB: 100 }, jobs);
    assert.deepEqual(
      seen.map(({ together }) => together),
      [1, 1, 1],
    );
  });

  it("builds programs of one module one after another", async () => {
    const { jobs, seen } = jobsOf([
      { group: "k", memoryMiB: 1 },
      { group: "k", memoryMiB: 1 },
      { group: "x", memoryMiB: 1 },
    ]);
    await runWithin({ cores: 4, memoryMiB: 100 }, jobs);
    for (const { groups } of seen) assert.equal(new Set(groups).size, groups.length);
  });

  it("begins nothing after a failure and reports it", async () => {
    const { jobs, seen } = jobsOf([
      { group: "a", memoryMiB: 1, fails: true },
      { group: "b", memoryMiB: 1 },
    ]);
    await assert.rejects(runWithin({ cores: 1, memoryMiB: 100 }, jobs), /failed/);
    assert.equal(seen.length, 1);
  });
});
