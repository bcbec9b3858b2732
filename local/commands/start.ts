import { stackOf } from "../arguments.ts";
import { Environment } from "../environment.ts";
import { main } from "../main.ts";
import { formatElapsed, say } from "../progress.ts";
import { requireStack } from "../project.ts";
import { Pulumi } from "../pulumi.ts";
import { count, endpointsOf, formatCount } from "../summary.ts";
import { ensureTools } from "../tools/build.ts";
import { formatChanges, update } from "../update.ts";

/** `npm start [-- --stack prod]`: the embedded environment up, and the stack (dev) deployed on it. */
await main(async (args) => {
  const since = Date.now();
  const stack = stackOf(args, "npm start [-- --stack STACK]", "dev");
  requireStack(stack);
  // All at once, so that they are built side by side.
  await ensureTools([
    "pulumi",
    "pulumi-language-nodejs",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "helm",
  ]);
  const environment = new Environment(stack);
  await environment.start();
  const pulumi = new Pulumi(environment);
  await pulumi.prepareStack(stack);
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
