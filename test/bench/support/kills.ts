import type { Environment } from "../../../local/environment.ts";
import { commandLineOf, isRunning, markedProcesses, waitUntil } from "../../../local/processes.ts";
import { say } from "../../../local/progress.ts";
import { npm, type Victim } from "./command.ts";
import { inventory, missingFrom } from "./inventory.ts";
import type { Measurement } from "./report.ts";

/** What is killed, and what has to bring everything in order afterwards. */
interface Trial {
  killed: "start" | "destroy";
  then: "start" | "destroy";
}

// One after the other they lead from nothing deployed to nothing deployed.
const round: readonly Trial[] = [
  { killed: "start", then: "start" },
  { killed: "destroy", then: "start" },
  { killed: "destroy", then: "destroy" },
  { killed: "start", then: "destroy" },
  { killed: "start", then: "start" },
  { killed: "destroy", then: "destroy" },
];

/** Mostly all that a command consists of, as in a power cut; sometimes one process alone, as the kernel or a user does. */
const victims: readonly Victim[] = ["all", "all", "all", "npm", "pulumi"];

export interface KillOptions {
  environment: Environment;
  stack: string;
  count: number;
  /** Numbers from 0 to 1. */
  random: () => number;
  /** What the environment holds before and after a deployment. Nothing is deployed now. */
  pristine: Set<string>;
  complete: Set<string>;
  /** How long the commands take when nobody disturbs them. */
  seconds: { start: number; destroy: number };
}

/** Kills commands at random moments, and counts how often the next one makes what it would have made without that. */
export async function recoveries(options: KillOptions): Promise<Measurement> {
  const { environment, stack, count, random, pristine, complete } = options;
  const seconds = { ...options.seconds };
  const args = { start: ["--stack", stack, "--no-live"], destroy: [stack] };
  const detail: string[] = [];
  let recovered = 0;
  for (let i = 0; i < count; i++) {
    const { killed, then } = round[i % round.length] as Trial;
    const victim = victims[Math.floor(random() * victims.length)] as Victim;
    const afterSeconds = 0.5 + random() * (seconds[killed] - 0.5);
    await npm(killed, args[killed], { kill: { victim, afterSeconds } });
    const faults: string[] = [];
    if (!(await waitUntil(() => orphans(environment).length === 0, 10))) {
      faults.push(...orphans(environment).map((command) => `runs on: ${command}`));
    }
    try {
      const ran = await npm(then, args[then]);
      const now = await inventory(environment);
      const wanted = then === "start" ? complete : pristine;
      faults.push(...missingFrom(wanted, now).map((entry) => `left: ${entry}`));
      faults.push(...missingFrom(now, wanted).map((entry) => `missing: ${entry}`));
      faults.push(...orphans(environment).map((command) => `runs on after the next command: ${command}`));
      say(`  ${then} took ${ran.seconds.toFixed(1)} s`);
    } catch (error) {
      faults.push(String(error));
    }
    if (faults.length === 0) recovered++;
    const what = `${killed} (${victim}) killed after ${afterSeconds.toFixed(1)} s, then ${then}`;
    detail.push(...faults.map((fault) => `${what}: ${fault}`));
    say(`${what}: ${faults.length === 0 ? "recovered" : faults.join("; ")} (${i + 1} of ${count})`);
  }
  return {
    what: `recoveries from SIGKILL, of ${count}`,
    value: recovered,
    unit: "",
    target: count,
    exactly: true,
    detail,
  };
}

/** Processes of Pulumi's that have outlived the command. */
const orphans = ({ folder }: Environment): string[] =>
  markedProcesses("PULUMI_HOME")
    .filter((record) => record.mark.startsWith(`${folder}/`) && isRunning(record))
    .map(({ pid }) => `${pid} ${commandLineOf(pid)}`);
