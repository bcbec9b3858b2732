import { ensureTools } from "../../tools/build.ts";
import { answers, type Program } from "../program.ts";

interface Values {
  "kube-state-metrics": { collectorsExclude: string[] };
}

const name = "kube-state-metrics";
const host = "127.0.0.1";

/** What the Kubernetes API holds, as metrics. */
export const kubeStateMetrics: Program = {
  name,
  after: [],
  ports: ["http", "telemetry"],
  prepare: async ({ deployed, kubeconfig, port, at }) => {
    const { collectorsExclude } = (deployed.release("kube-prometheus-stack") as unknown as Values)[name];
    return {
      command: (await ensureTools([name]))[name],
      args: [
        `--kubeconfig=${kubeconfig}`,
        `--host=${host}`,
        `--port=${port("kube-state-metrics-http")}`,
        `--telemetry-host=${host}`,
        `--telemetry-port=${port("kube-state-metrics-telemetry")}`,
        `--metric-denylist=${collectorsExclude.map(metricsOf).join(",")}`,
      ],
      isReady: () => answers(`http://${at("kube-state-metrics-telemetry")}/readyz`),
    };
  },
};

/** The pattern of a collector's metrics: `secrets` has `kube_secret_info` and others. */
const metricsOf = (collector: string): string => `^kube_${collector.replace(/s$/, "")}_.*`;
