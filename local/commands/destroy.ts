import { stackOf } from "../arguments.ts";
import { UserError } from "../errors.ts";
import { LiveStack } from "../live/live-stack.ts";
import { main } from "../main.ts";
import { openStack } from "../open-stack.ts";
import { say } from "../progress.ts";
import { formatChanges, update } from "../update.ts";

/** `npm run destroy -- STACK`: deletes everything that the stack deployed in the embedded environment. */
await main(async (args) => {
  const stack = stackOf(args, "npm run destroy -- STACK");
  const { environment, pulumi } = await openStack(stack);
  const kept = pulumi.state.resources(stack).filter((resource) => resource.protect);
  if (kept.length > 0) {
    const types = [...new Set(kept.map(({ type }) => type.split(":").at(-1)))].sort();
    throw new UserError(
      `${stack} holds ${kept.length} protected resources (${types.join(", ")}): nothing was deleted.`,
      `npm run --silent pulumi -- state unprotect --all --yes --stack ${stack} lets them go; buckets and keys are retained all the same.`,
    );
  }
  await new LiveStack(environment, stack).stop();
  const changes = await update("destroy", stack, pulumi, environment);
  say(`${stack} is destroyed: ${formatChanges(changes)}.`);
});
