import { ApiServer } from "../api-server.ts";
import { optionOf } from "../arguments.ts";
import { Environment } from "../environment.ts";
import { UserError } from "../errors.ts";
import { liveEndpoints } from "../live/endpoints.ts";
import { LiveStack } from "../live/live-stack.ts";
import { main } from "../main.ts";
import { say } from "../progress.ts";
import { requireStack } from "../project.ts";
import { Pulumi } from "../pulumi.ts";
import { runningStack } from "../running-stack.ts";
import { count, endpointsOf, formatCount } from "../summary.ts";
import { writeTokens } from "../tokens.ts";

/** `npm run status [-- --stack STACK] [--json]`: what runs where. */
await main(async (args) => {
  const stack = optionOf(args, "stack", "s") ?? runningStack();
  requireStack(stack);
  const environment = new Environment(stack);
  environment.requireRunning();
  const { state } = new Pulumi(environment);
  const outputs = state.outputs(stack);
  const namespace = outputs["namespace"];
  if (typeof namespace !== "string") {
    throw new UserError(`The stack ${stack} is not deployed.`, `npm start -- --stack ${stack} deploys it.`);
  }
  const { kubeconfig, url } = environment.controlPlane;
  const api = new ApiServer(kubeconfig);
  const { list } = api;
  const { folder } = environment;
  const tenants = await writeTokens({ list, stack, namespace, folder }).finally(() => api.close());
  const live = new LiveStack(environment, stack);
  const endpoints = {
    kubernetes: url ?? "",
    aws: environment.aws.endpoint,
    ...endpointsOf(outputs),
    ...(live.isStarted() ? liveEndpoints(environment.stackFolder) : {}),
  };
  if (args.includes("--json")) {
    console.log(JSON.stringify({ stack, namespace, kubeconfig, endpoints, tenants }, null, 2));
    return;
  }
  const rows: [string, string][] = [
    ["stack", stack],
    ["namespace", namespace],
    ["kubeconfig", kubeconfig],
    ...Object.entries(endpoints),
    ...tenants.map(({ id, tier, tokenFile }): [string, string] => [`tenant ${id} (${tier})`, tokenFile]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value}`);
  for (const name of live.ended())
    say(`✖ ${name} does not run any more. Its log: ${live.logOf(name)}\n  → npm start starts it again.`);
  for (const line of formatCount(count(state.resources(stack)))) console.log(`${"".padEnd(width)}  ${line}`);
});
