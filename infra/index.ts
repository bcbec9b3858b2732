import { Provider } from "@pulumi/aws/provider.js";
import { loadConfig } from "./config/load.ts";
import { outputsOf } from "./outputs.ts";
import { checkAws, checkCluster } from "./preflight.ts";
import { ObservabilityStack } from "./stack.ts";

const stack = loadConfig();
const { storage, environment } = stack;

await checkCluster();
const providers = [];
if (storage.kind === "aws") {
  const tags = { application: "autoweave-observability", environment };
  const aws = new Provider("aws", { region: storage.region, defaultTags: { tags } });
  await checkAws(aws);
  providers.push(aws);
}

new ObservabilityStack("observability", stack, { providers });

export default outputsOf(stack);
