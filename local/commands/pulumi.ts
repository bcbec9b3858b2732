import { optionOf } from "../arguments.ts";
import { Environment } from "../environment.ts";
import { main } from "../main.ts";
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
  const environment = new Environment(chosen);
  const pulumi = new Pulumi(environment);
  if (!usesProviders.has(args[0] ?? "")) {
    if (stack && !makesStack) await pulumi.prepareStack(stack);
    process.exitCode = await pulumi.show(args);
    return;
  }
  await environment.start();
  await pulumi.prepareStack(chosen);
  const named = stack ? args : [...args, "--stack", chosen];
  process.exitCode = await pulumi.withProviders(chosen, (env) => pulumi.show(named, env));
});
