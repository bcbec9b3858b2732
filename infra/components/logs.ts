import * as k8s from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { stringify } from "yaml";
import { lokiConfig, lokiOverrides, lokiRulesFolder } from "../backends/loki.ts";
import { requireTenants } from "../backends/tenants.ts";
import { release } from "../charts.ts";
import type { StackConfig } from "../config/schema.ts";
import { containerSecurity, podSecurity, spread } from "../pods.ts";
import { type Size, sizesOf } from "../sizes.ts";
import { criticalPriorityOf, names, workloads } from "../topology.ts";
import type { Storage } from "./storage.ts";
import { keysEnvironment, type StoreAccess } from "../store-access.ts";

interface LogsArgs {
  stack: StackConfig;
  storage: Storage;
}

/** Loki: one process, or its microservices, as the stack's size has it; and the rules that it evaluates over each tenant's logs. */
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

const deployments: Record<StackConfig["size"], (stack: StackConfig) => Record<string, unknown>> = {
  small: singleProcess,
  standard: microservices,
};

const lokiValues = (stack: StackConfig, access: StoreAccess) => ({
  fullnameOverride: names.loki,
  loki: {
    // The whole configuration is ours: nothing of the chart's template is left.
    config: "",
    structuredConfig: lokiConfig(stack, "/etc/loki/runtime-config/runtime-config.yaml"),
    runtimeConfig: lokiOverrides(stack),
    podSecurityContext: podSecurity(user),
    containerSecurityContext: containerSecurity,
  },
  rbac: { namespaced: true },
  defaults: {
    automountServiceAccountToken: false,
    goSettings: { goMemLimitFactor: 0.8 },
    priorityClassName: criticalPriorityOf(stack),
    extraEnv: keysEnvironment(access),
  },
  serviceAccount: {
    name: names.loki,
    annotations: access.serviceAccountAnnotations,
    automountServiceAccountToken: false,
  },
  ...unused,
  ...deployments[stack.size](stack),
});

function singleProcess(stack: StackConfig) {
  const { replicas, resources, volumeGiB } = sizesOf(stack).loki;
  return {
    deploymentMode: "Monolithic",
    singleBinary: {
      replicas,
      resources,
      sidecar: false,
      ...rulesFiles(stack),
      podDisruptionBudget: { enabled: false },
      terminationGracePeriodSeconds: flushSeconds,
      persistence: {
        size: `${volumeGiB}Gi`,
        ...(stack.storageClass ? { storageClass: stack.storageClass } : {}),
      },
    },
  };
}

/** A replica that leaves hands its unflushed chunks to the bucket first. */
const flushSeconds = 300;

function microservices(stack: StackConfig) {
  const { loki, lokiQuerier, lokiStateless, lokiCompactor } = sizesOf(stack);
  return {
    deploymentMode: "Distributed",
    ingester: {
      ...service("ingester", loki),
      zoneAwareReplication: { enabled: false },
      terminationGracePeriodSeconds: flushSeconds,
      persistence: volume(stack, loki),
    },
    distributor: service("distributor", lokiStateless),
    querier: service("querier", lokiQuerier),
    queryFrontend: service("query-frontend", lokiStateless),
    ruler: { ...service("ruler", lokiStateless), ...rulesFiles(stack) },
    compactor: {
      replicas: lokiCompactor.replicas,
      resources: lokiCompactor.resources,
      // Notes which chunks are to be deleted once no query can still ask for them.
      persistence: volume(stack, lokiCompactor),
    },
  };
}

const service = (component: string, { replicas, resources }: Size) => ({
  replicas,
  resources,
  topologySpreadConstraints: spread({ ...workloads.loki.labels, "app.kubernetes.io/component": component }),
  podDisruptionBudget: { maxUnavailable: 1 },
});

const volume = ({ storageClass }: StackConfig, { volumeGiB }: Size) => ({
  enabled: true,
  claims: [
    {
      name: "data",
      accessModes: ["ReadWriteOnce"],
      size: `${volumeGiB}Gi`,
      ...(storageClass ? { storageClass } : {}),
    },
  ],
});

const rulesFiles = (stack: StackConfig) => ({
  extraVolumes: [
    {
      name: "rules",
      configMap: {
        name: rulesConfigMap,
        items: requireTenants(stack).map(({ id }) => ({ key: rulesFile(id), path: `${id}/rules.yaml` })),
      },
    },
  ],
  extraVolumeMounts: [{ name: "rules", mountPath: lokiRulesFolder, readOnly: true }],
});

/**
 * Parts of the chart that are not for us: the tenants' gateway is ours; rules come without a sidecar that reads the API;
 * a canary would need a credential of its own; the caches do not pay at this size. Queriers take their work from the
 * frontends and read the index themselves, and the rest belongs to a mode that is being retired.
 */
const unused = {
  gateway: { enabled: false },
  sidecar: { rules: { enabled: false } },
  lokiCanary: { enabled: false },
  test: { enabled: false },
  chunksCache: { enabled: false },
  resultsCache: { enabled: false },
  memcached: { enabled: false },
  queryScheduler: { enabled: false },
  indexGateway: { enabled: false },
  backend: { replicas: 0 },
  read: { replicas: 0 },
  write: { replicas: 0 },
};
