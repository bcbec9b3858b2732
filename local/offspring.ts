import { spawn } from "node:child_process";
import { join } from "node:path";
import { isRunning, markedProcesses, recordOf } from "./processes.ts";

/** The environment variable by which whatever a command starts, at any remove, is known as its own. */
const variable = "AUTOWEAVE_COMMAND";

const idOf = (pid: number): string => `${pid}:${recordOf(pid)?.startTicks ?? ""}`;

/** For the environment of programs that have to end with this command. */
export const offspringMark = (): NodeJS.ProcessEnv => ({ [variable]: idOf(process.pid) });

function end(isMeant: (command: string) => boolean): void {
  for (const { pid, mark } of markedProcesses(variable)) {
    if (!isMeant(mark)) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/** Ends what this command started and what is still there: a killed Pulumi leaves its language host behind. */
export const endOwnOffspring = (): void => end((mark) => mark === idOf(process.pid));

/** Ends what commands started that have been killed themselves. */
export function endOrphans(): void {
  end((mark) => {
    const [pid, startTicks = ""] = mark.split(":");
    return !isRunning({ pid: Number(pid), startTicks });
  });
}

/** Sees to it that this command's offspring ends when it is killed, even if no other command comes after it. */
export function guardOffspring(): void {
  const self = JSON.stringify(recordOf(process.pid));
  const guard = spawn(process.execPath, [join(import.meta.dirname, "guard.ts"), self], {
    detached: true,
    // Its input ends when this process does.
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without a guard it is the next command that ends what is left.
  guard.once("error", () => undefined);
  guard.unref();
  guard.stdin?.on("error", () => undefined);
  (guard.stdin as unknown as { unref(): void } | null)?.unref();
}
