import { stackOf } from "../arguments.ts";
import { Environment } from "../environment.ts";
import { main } from "../main.ts";
import { say } from "../progress.ts";
import { requireStack, stackNames } from "../project.ts";
import { Pulumi } from "../pulumi.ts";
import { formatChanges, update } from "../update.ts";

/** `npm run destroy -- STACK`: deletes everything that the stack deployed in the embedded environment. */
await main(async (args) => {
  const stack = stackOf(args, "npm run destroy -- STACK");
  requireStack(stack);
  const environment = new Environment();
  await environment.start();
  const pulumi = new Pulumi(environment);
  await pulumi.prepareStack(stack);
  const changes = await update("destroy", stack, pulumi, environment);
  // Nothing of any stack is left in the cloud: neither need be the memory of it.
  if (stackNames().every((name) => pulumi.state.resources(name).length === 0)) {
    await environment.cloud.forget();
    await environment.cloud.start();
  }
  say(`${stack} is destroyed: ${formatChanges(changes)}.`);
});
