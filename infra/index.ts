import { Provider } from "@pulumi/aws/provider.js";
import { loadConfig } from "./config/load.ts";
import { outputsOf } from "./outputs.ts";
import { checkCluster } from "./preflight.ts";
import { ObservabilityStack } from "./stack.ts";

const stack = loadConfig();
await checkCluster();

const aws =
  stack.storage.kind === "aws"
    ? [
        new Provider("aws", {
          region: stack.storage.region,
          defaultTags: { tags: { application: "autoweave-observability", environment: stack.environment } },
        }),
      ]
    : [];

new ObservabilityStack("observability", stack, { providers: aws });

export default outputsOf(stack);
