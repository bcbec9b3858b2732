import type { StackConfig } from "./config/schema.ts";
import { type BucketPurpose, objectStoreOf } from "./object-store.ts";
import { hostsOf, names, operatedName } from "./topology.ts";

const bucketPurposes: BucketPurpose[] = ["traces", "logs", "backups", "audit", "accessLogs"];

/** What `pulumi stack output` tells: where everything is, and the commands that look into it. */
export function outputsOf(stack: StackConfig) {
  const { namespace, grafana } = stack;
  const admin =
    grafana.adminPassword && "existingSecret" in grafana.adminPassword
      ? grafana.adminPassword
      : { existingSecret: names.grafanaAdmin, key: "password" };
  const { bucket } = objectStoreOf(stack);
  const forward = (service: string, ports: string) =>
    `kubectl port-forward -n ${namespace} svc/${service} ${ports}`;
  return {
    namespace,
    urls: Object.fromEntries(Object.entries(hostsOf(stack)).map(([name, host]) => [name, `https://${host}`])),
    /** For apps inside the cluster; `http/protobuf` on 4318, gRPC on 4317. */
    otlpEndpoint: `http://${names.gateway.tempo}.${namespace}:4318`,
    lokiEndpoint: `http://${names.gateway.loki}.${namespace}:3100`,
    prometheusEndpoint: `http://${names.gateway.prometheus}.${namespace}:9090`,
    tenants: stack.tenants.map(({ id, tier }) => ({ id, tier })),
    buckets: Object.fromEntries(bucketPurposes.map((purpose) => [purpose, bucket(purpose)])),
    commands: {
      pods: `kubectl get pods -n ${namespace}`,
      grafanaLogs: `kubectl logs -n ${namespace} deployment/grafana`,
      grafanaPassword: `kubectl get secret -n ${namespace} ${admin.existingSecret} -o jsonpath='{.data.${admin.key}}' | base64 -d`,
      prometheusTargets: `${forward(operatedName("prometheus"), "9090")} # then http://localhost:9090/targets`,
      tempoReady: `${forward(names.gateway.tempo, "3100")} # then http://localhost:3100/ready`,
      lokiReady: `${forward(names.gateway.loki, "3100")} # then http://localhost:3100/ready`,
      tenantToken: `kubectl get secret -n ${namespace} -l autoweave.com/tenant=${stack.tenantId} -o jsonpath='{.items[0].data.token}' | base64 -d`,
    },
  };
}
