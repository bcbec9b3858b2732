import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { isRunning, type ProcessRecord, recordOf, waitUntil } from "../../local/processes.ts";

const offspring = join(import.meta.dirname, "../../local/offspring.ts");

/** A command with a guard and a child that leaves its process group, as Pulumi's language host does. */
const command = `
  import { spawn } from "node:child_process";
  import { guardOffspring, offspringMark } from ${JSON.stringify(offspring)};
  guardOffspring();
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], {
    detached: true,
    stdio: "ignore",
    env: { ...process.env, ...offspringMark() },
  });
  console.log(child.pid);
  setInterval(() => {}, 1e6);
`;

describe("what a command started", () => {
  it("ends when the command is killed", async function () {
    this.timeout(20_000);
    const killed = spawn(process.execPath, ["--input-type=module", "-e", command], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(killed.stdout, "data")) as [Buffer];
    const child = recordOf(Number(String(line))) as ProcessRecord;
    assert.equal(isRunning(child), true);
    killed.kill("SIGKILL");
    assert.equal(await waitUntil(() => !isRunning(child), 15), true);
  });
});
