import { setTimeout as delay } from "node:timers/promises";
import { optionOf } from "../arguments.ts";
import type { FaultOrder, RunningFault } from "../demo/fault-kinds.ts";
import { Environment } from "../environment.ts";
import { liveEndpoints } from "../live/endpoints.ts";
import { readArguments, usage } from "../live/faults/arguments.ts";
import { DemoControl } from "../live/faults/control.ts";
import { consequencesOf, nameOf, stateOf } from "../live/faults/description.ts";
import { main } from "../main.ts";
import { say, step } from "../progress.ts";
import { requireStack } from "../project.ts";
import { runningStack } from "../running-stack.ts";

const lookEveryMs = 1_000;

/** `npm run demo -- --fault FAULT --tenant T --for 5m`: something is wrong with the sample app, on purpose, for a while. */
await main(async (args) => {
  const stack = optionOf(args, "stack") ?? runningStack();
  requireStack(stack);
  const { stackFolder } = new Environment(stack);
  const control = new DemoControl(stackFolder);
  const { stop, order } = readArguments(
    args,
    control.tenants.map(({ id }) => id),
  );
  if (order) return begin(control, order, liveEndpoints(stackFolder));
  const faults = await (stop ? control.stop(stop) : control.running());
  if (faults.length === 0) say("Nothing is wrong on purpose.");
  for (const fault of faults) say(stop ? `✓ ${nameOf(fault)} is over` : `● ${stateOf(fault)}`);
  if (!stop) say(`  → ${usage}`);
});

async function begin(
  control: DemoControl,
  order: FaultOrder,
  endpoints: Record<string, string>,
): Promise<void> {
  const fault = await control.start(order);
  say(`● ${stateOf(fault)}`);
  for (const line of consequencesOf(order, control.tenants, endpoints)) say(`  ${line}`);
  await step(`${nameOf(fault)} on purpose`, () => over(control, fault));
}

/** Resolves when the fault is over; Ctrl-C ends it. */
async function over(control: DemoControl, fault: RunningFault): Promise<void> {
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  const isUnderWay = async () => (await control.running()).some(({ id }) => id === fault.id);
  while (await isUnderWay())
    await delay(lookEveryMs, undefined, interrupted).catch(() => control.stop({ id: fault.id }));
}
