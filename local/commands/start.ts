import { stackOf } from "../arguments.ts";
import { liveEndpoints } from "../live/endpoints.ts";
import { suggestedTenant } from "../live/faults/suggestion.ts";
import { LiveStack, type Outputs } from "../live/live-stack.ts";
import { main } from "../main.ts";
import { openStack } from "../open-stack.ts";
import { formatElapsed, say } from "../progress.ts";
import { count, endpointsOf, formatCount } from "../summary.ts";
import { formatChanges, update } from "../update.ts";

const usage = "npm start [-- --stack STACK] [--no-live]";
const withoutLive = "--no-live";

/** `npm start`: the embedded environment up, the stack (dev) deployed on it, and its programs running with what it holds. */
await main(async (args) => {
  const since = Date.now();
  const stack = stackOf(
    args.filter((arg) => arg !== withoutLive),
    usage,
    "dev",
  );
  const { environment, pulumi } = await openStack(stack);
  const changes = await update("up", stack, pulumi, environment);
  const live = !args.includes(withoutLive);
  const outputs = pulumi.state.outputs(stack);
  const deployed = outputs as unknown as Outputs;
  if (live) await new LiveStack(environment, stack).start(deployed);

  const addresses = {
    "Kubernetes API": environment.controlPlane.url ?? "",
    "AWS API": environment.aws.endpoint,
    ...(live ? liveEndpoints(environment.stackFolder) : endpointsOf(outputs)),
  };
  const next: Record<string, string> = live
    ? {
        [`npm run demo -- --fault usb-slow --tenant ${suggestedTenant(deployed.tenants)} --for 5m`]:
          "make a tenant's devices slow, and see whom it pages",
        "npm run status": "what runs where, and the tenants' tokens",
        [`npm run preview -- ${stack}`]: "what a change of the program or the settings would do",
      }
    : {
        "npm run status": "what is deployed, and the tenants' tokens",
        [`npm run preview -- ${stack}`]: "what a change of the program or the settings would do",
        [`npm start -- --stack ${stack}`]: "the same with its programs running on this machine",
      };
  say(`
${stack} is deployed: ${formatChanges(changes)}, in ${formatElapsed(Date.now() - since)}.

${table(addresses)}

${formatCount(count(pulumi.state.resources(stack)))
  .map((line) => `  ${line}`)
  .join("\n")}

Next:
${table(next)}`);
});

/** Names and what belongs to them, in two columns. */
function table(rows: Record<string, string>): string {
  const width = Math.max(...Object.keys(rows).map(({ length }) => length));
  return Object.entries(rows)
    .map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
    .join("\n");
}
