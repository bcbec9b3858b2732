import sdk from "@pulumi/kubernetes/package.json" with { type: "json" };
import path from "node:path";
import { ApiServer } from "../../api-server.ts";
import type { EngineLog } from "../engine-log.ts";
import { Findings } from "../findings.ts";
import type { Provider, ResourceHandler } from "../provider.ts";
import type { Properties } from "../values.ts";
import { ChartSource } from "./chart-source.ts";
import { Helm } from "./helm.ts";
import { kubernetesObject } from "./object.ts";
import { Objects } from "./objects.ts";
import { helmRelease } from "./release.ts";
import { ReleaseCrds } from "./release-crds.ts";

export interface KubernetesOptions {
  /** Path of the kubeconfig. */
  kubeconfig: string;
  /** Path of helm; called only when a chart is installed. */
  helm: () => Promise<string>;
  /** Folder of unpacked charts, by name. Default: charts come from their repositories only. */
  chartsDir?: string;
  /** Folder that keeps the values of every release. */
  releasesDir: string;
  /** The CRDs that a chart would bring which cannot be had. */
  crds: (chart: string) => Promise<Properties[]>;
}

/** Every kind of the API server, and Helm releases. */
export function kubernetesProvider(
  options: KubernetesOptions,
  log: EngineLog,
): { provider: Provider; close(): Promise<void> } {
  const { kubeconfig, releasesDir, crds } = options;
  const api = new ApiServer(kubeconfig);
  const objects = new Objects(api);
  const findings = new Findings(path.join(releasesDir, "..", "warnings.jsonl"), log);
  const object = kubernetesObject(objects, findings);
  const special = new Map<string, ResourceHandler>([
    [
      "kubernetes:helm.sh/v3:Release",
      helmRelease({
        objects,
        findings,
        helm: new Helm(options.helm, kubeconfig, api),
        charts: new ChartSource(options.chartsDir),
        releaseCrds: new ReleaseCrds(objects, findings),
        releasesDir,
        crds,
      }),
    ],
  ]);
  return {
    provider: {
      name: "kubernetes",
      version: sdk.version,
      handler: (type) => special.get(type) ?? object,
      invoke: (token) =>
        Promise.reject(
          new Error(
            `The embedded environment has no function ${token}. Add it to local/providers/kubernetes/index.ts.`,
          ),
        ),
    },
    close: () => api.close(),
  };
}
