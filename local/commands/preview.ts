import { stackOf } from "../arguments.ts";
import { Environment } from "../environment.ts";
import { main } from "../main.ts";
import { requireStack } from "../project.ts";
import { Pulumi } from "../pulumi.ts";

/** `npm run preview -- STACK [--json]`: what an update would change, against what is deployed. */
await main(async (args) => {
  const stack = stackOf(args, "npm run preview -- STACK [--json]", "dev");
  requireStack(stack);
  const environment = new Environment();
  await environment.start();
  const pulumi = new Pulumi(environment);
  await pulumi.prepareStack(stack);
  const form = args.includes("--json") ? "--json" : "--diff";
  process.exitCode = await pulumi.withProviders(stack, (env) =>
    pulumi.show(["preview", "--stack", stack, "--non-interactive", form], env),
  );
});
