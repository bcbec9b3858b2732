import { optionOf } from "../arguments.ts";
import { Environment } from "../environment.ts";
import { main } from "../main.ts";
import { openStack } from "../open-stack.ts";
import { Pulumi } from "../pulumi.ts";

/** The commands of the Pulumi CLI that ask the cluster, the cloud or the program. */
const usesProviders = new Set([
  "up",
  "update",
  "preview",
  "pre",
  "refresh",
  "destroy",
  "down",
  "import",
  "watch",
]);

/** `npm run pulumi -- ARGS`: the Pulumi CLI with the embedded environment's backend, secrets and providers. */
await main(async (args) => {
  const makesStack = args[0] === "stack" && args[1] === "init";
  const stack = optionOf(args, "stack", "s");
  const chosen = stack ?? "dev";
  if (!usesProviders.has(args[0] ?? "")) {
    const pulumi = new Pulumi(new Environment(chosen));
    if (stack && !makesStack) await pulumi.prepareStack(stack);
    process.exitCode = await pulumi.show(args);
    return;
  }
  const { pulumi } = await openStack(chosen);
  const named = stack ? args : [...args, "--stack", chosen];
  process.exitCode = await pulumi.withProviders(chosen, (env) => pulumi.show(named, env));
});
