import * as k8s from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { stringify } from "yaml";
import { lokiConfig, lokiOverrides, lokiRulesFolder } from "../backends/loki.ts";
import { requireTenants } from "../backends/tenants.ts";
import { release } from "../charts.ts";
import type { StackConfig } from "../config/schema.ts";
import { containerSecurity, podSecurity, spread } from "../pods.ts";
import { sizesOf } from "../sizes.ts";
import { criticalPriorityOf, names, workloads } from "../topology.ts";
import type { Storage } from "./storage.ts";
import { keysEnvironment, type StoreAccess } from "../store-access.ts";

interface LogsArgs {
  stack: StackConfig;
  storage: Storage;
}

/** Loki, and the rules that it evaluates over each tenant's logs. */
export class Logs extends ComponentResource {
  constructor(name: string, { stack, storage }: LogsArgs, opts?: ComponentResourceOptions) {
    super("autoweave:infra:Logs", name, {}, opts);
    const child = { parent: this };
    const { namespace } = stack;
    const rules = new k8s.core.v1.ConfigMap(
      `${name}-rules`,
      { metadata: { name: rulesConfigMap, namespace }, data: rulesOf(stack) },
      child,
    );
    release(
      "loki",
      { chart: "loki", namespace, values: lokiValues(stack, storage.accessFor("loki")) },
      { ...child, dependsOn: rules },
    );
    this.registerOutputs();
  }
}

const rulesConfigMap = `${names.loki}-rules`;
const rulesFile = (tenant: string) => `${tenant}.yaml`;

/** No rule reads logs yet; each tenant has a file to hold its own. */
const rulesOf = (stack: StackConfig) =>
  Object.fromEntries(requireTenants(stack).map(({ id }) => [rulesFile(id), stringify({ groups: [] })]));

const user = 10001;

function lokiValues(stack: StackConfig, access: StoreAccess) {
  const { replicas, resources, volumeGiB } = sizesOf(stack).loki;
  const clustered = replicas > 1;
  return {
    fullnameOverride: names.loki,
    deploymentMode: "Monolithic",
    loki: {
      // The whole configuration is ours: nothing of the chart's template is left.
      config: "",
      structuredConfig: lokiConfig(stack, "/etc/loki/runtime-config/runtime-config.yaml"),
      runtimeConfig: lokiOverrides(stack),
      podSecurityContext: podSecurity(user),
      containerSecurityContext: containerSecurity,
    },
    rbac: { namespaced: true },
    defaults: { automountServiceAccountToken: false, goSettings: { goMemLimitFactor: 0.8 } },
    serviceAccount: {
      name: names.loki,
      annotations: access.serviceAccountAnnotations,
      automountServiceAccountToken: false,
    },
    singleBinary: {
      replicas,
      resources,
      sidecar: false,
      priorityClassName: criticalPriorityOf(stack),
      extraEnv: keysEnvironment(access),
      extraVolumes: [rulesVolume(stack)],
      extraVolumeMounts: [{ name: "rules", mountPath: lokiRulesFolder, readOnly: true }],
      topologySpreadConstraints: clustered ? spread(workloads.loki.labels) : [],
      podDisruptionBudget: { enabled: clustered, maxUnavailable: 1 },
      // A replica that leaves hands its unflushed chunks to the bucket first.
      terminationGracePeriodSeconds: 300,
      persistence: {
        size: `${volumeGiB}Gi`,
        ...(stack.storageClass ? { storageClass: stack.storageClass } : {}),
      },
    },
    ...unused,
  };
}

const rulesVolume = (stack: StackConfig) => ({
  name: "rules",
  configMap: {
    name: rulesConfigMap,
    items: requireTenants(stack).map(({ id }) => ({ key: rulesFile(id), path: `${id}/rules.yaml` })),
  },
});

/**
 * Parts of the chart that are not for us: the tenants' gateway is ours; rules come without a sidecar that reads the API;
 * a canary would need a credential of its own; the caches do not pay at this size; other modes' processes.
 */
const unused = {
  gateway: { enabled: false },
  sidecar: { rules: { enabled: false } },
  lokiCanary: { enabled: false },
  test: { enabled: false },
  chunksCache: { enabled: false },
  resultsCache: { enabled: false },
  memcached: { enabled: false },
  ...Object.fromEntries(
    [
      "backend",
      "read",
      "write",
      "ingester",
      "distributor",
      "querier",
      "queryFrontend",
      "queryScheduler",
      "indexGateway",
      "compactor",
      "ruler",
      "bloomBuilder",
      "bloomGateway",
      "bloomPlanner",
      "patternIngester",
    ].map((process) => [process, { replicas: 0 }]),
  ),
};
