import { stackOf } from "../arguments.ts";
import { main } from "../main.ts";
import { openStack } from "../open-stack.ts";
import { formatElapsed, say } from "../progress.ts";
import { count, endpointsOf, formatCount } from "../summary.ts";
import { formatChanges, update } from "../update.ts";

/** `npm start [-- --stack prod]`: the embedded environment up, and the stack (dev) deployed on it. */
await main(async (args) => {
  const since = Date.now();
  const stack = stackOf(args, "npm start [-- --stack STACK]", "dev");
  const { environment, pulumi } = await openStack(stack);
  const changes = await update("up", stack, pulumi, environment);

  const outputs = pulumi.state.outputs(stack);
  const addresses = {
    "Kubernetes API": environment.controlPlane.url ?? "",
    "AWS API": environment.aws.endpoint,
    ...endpointsOf(outputs),
  };
  const width = Math.max(...Object.keys(addresses).map(({ length }) => length));
  say(`
${stack} is deployed: ${formatChanges(changes)}, in ${formatElapsed(Date.now() - since)}.

${Object.entries(addresses)
  .map(([name, address]) => `  ${name.padEnd(width)}  ${address}`)
  .join("\n")}

${formatCount(count(pulumi.state.resources(stack)))
  .map((line) => `  ${line}`)
  .join("\n")}

Next:
  npm run status                 what is deployed, and the tenants' tokens
  npm run preview -- ${stack.padEnd(12)} what a change of the program or the settings would do
  KUBECONFIG=${environment.controlPlane.kubeconfig} kubectl get pods -A`);
});
