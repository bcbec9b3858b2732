import { EngineLog } from "./engine-log.ts";
import type { AwsOptions } from "./aws/clients.ts";
import { awsProvider } from "./aws/index.ts";
import { kubernetesProvider } from "./kubernetes/index.ts";
import type { KubernetesOptions } from "./kubernetes/index.ts";
import { serve } from "./server.ts";

export interface ProvidersOptions extends KubernetesOptions {
  aws: AwsOptions;
}

/**
 * Serves the resource providers of the embedded environment from this process, for the Pulumi commands that it starts.
 * @returns `debugProviders`, which those commands need as PULUMI_DEBUG_PROVIDERS, and `close`
 */
export async function startProviders(
  options: ProvidersOptions,
): Promise<{ debugProviders: string; close(): Promise<void> }> {
  const log = new EngineLog();
  const kubernetes = kubernetesProvider(options, log);
  const aws = awsProvider(options.aws);
  const providers = [kubernetes.provider, aws.provider];
  const servers = await Promise.all(providers.map((provider) => serve(provider, log)));
  return {
    debugProviders: providers.map(({ name }, i) => `${name}:${String(servers[i]?.port)}`).join(","),
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
      await kubernetes.close();
      aws.close();
      log.close();
    },
  };
}
