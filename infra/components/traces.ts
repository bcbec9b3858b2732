import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { stringify } from "yaml";
import { goMemoryLimit } from "../backends/go-memory.ts";
import { tempoConfig, tempoOverrides } from "../backends/tempo.ts";
import { type ChartName, release } from "../charts.ts";
import type { StackConfig } from "../config/schema.ts";
import { containerSecurity, podSecurity, spread } from "../pods.ts";
import { type Size, sizesOf } from "../sizes.ts";
import { criticalPriorityOf, names, workloads } from "../topology.ts";
import type { Storage } from "./storage.ts";
import { keysEnvironment, type StoreAccess } from "../store-access.ts";

interface TracesArgs {
  stack: StackConfig;
  storage: Storage;
}

/** Tempo: one process, or its microservices, as the stack's size has it. */
export class Traces extends ComponentResource {
  constructor(name: string, { stack, storage }: TracesArgs, opts?: ComponentResourceOptions) {
    super("autoweave:infra:Traces", name, {}, opts);
    const { chart, values } = deployments[stack.size];
    release(
      "tempo",
      { chart, namespace: stack.namespace, values: values(stack, storage.accessFor("tempo")) },
      { parent: this },
    );
    this.registerOutputs();
  }
}

interface Deployment {
  chart: ChartName;
  values: (stack: StackConfig, access: StoreAccess) => Record<string, unknown>;
}

const deployments: Record<StackConfig["size"], Deployment> = {
  small: { chart: "tempo", values: singleProcess },
  standard: { chart: "tempo-distributed", values: microservices },
};

const user = 10001;

const common = (stack: StackConfig, access: StoreAccess) => ({
  fullnameOverride: names.tempo,
  serviceAccount: {
    name: names.tempo,
    annotations: access.serviceAccountAnnotations,
    automountServiceAccountToken: false,
  },
});

/**
 * That it answers. The chart asks whether it is ready, and would kill, again and again, what replays a long write-ahead log
 * or reads the whole bucket first.
 */
const livenessProbe = { httpGet: { path: "/status/version" } };

function singleProcess(stack: StackConfig, access: StoreAccess) {
  const { replicas, resources, volumeGiB } = sizesOf(stack).tempo;
  return {
    ...common(stack, access),
    replicas,
    config: stringify(tempoConfig(stack, "/conf/overrides.yaml")),
    tempo: {
      per_tenant_overrides: tempoOverrides(stack),
      memBallastSizeMbs: 0,
      resources,
      securityContext: containerSecurity,
      extraEnv: [goMemoryLimit(resources), ...keysEnvironment(access)],
      receivers: noJaegerPorts,
      livenessProbe,
    },
    securityContext: podSecurity(user),
    priorityClassName: criticalPriorityOf(stack),
    persistence: {
      enabled: true,
      size: `${volumeGiB}Gi`,
      ...(stack.storageClass ? { storageClassName: stack.storageClass } : {}),
    },
  };
}

/** The chart gives its Service a port for each of these that has an address. */
const noJaegerPorts = {
  jaeger: {
    protocols: Object.fromEntries(
      ["grpc", "thrift_binary", "thrift_compact", "thrift_http"].map((protocol) => [
        protocol,
        { endpoint: "" },
      ]),
    ),
  },
};

function microservices(stack: StackConfig, access: StoreAccess) {
  const { tempo, tempoStateless } = sizesOf(stack);
  return {
    ...common(stack, access),
    config: stringify(tempoConfig(stack, "/runtime-config/overrides.yaml")),
    per_tenant_overrides: tempoOverrides(stack),
    tempo: { podSecurityContext: podSecurity(user), securityContext: containerSecurity, livenessProbe },
    defaults: {
      priorityClassName: criticalPriorityOf(stack),
      extraEnv: keysEnvironment(access),
    },
    // Only the ports of the Service follow from it; the receiver stands in the configuration.
    traces: { otlp: { grpc: { enabled: true } } },
    ingester: {
      ...service("ingester", tempo),
      persistence: {
        enabled: true,
        size: `${tempo.volumeGiB}Gi`,
        ...(stack.storageClass ? { storageClass: stack.storageClass } : {}),
      },
    },
    distributor: service("distributor", tempoStateless),
    querier: service("querier", tempoStateless),
    queryFrontend: service("query-frontend", tempoStateless),
    compactor: { replicas: tempoStateless.replicas, resources: tempoStateless.resources },
    metricsGenerator: { enabled: true, ...service("metrics-generator", tempoStateless) },
    memcached: { enabled: false },
  };
}

/** The chart wants the scheduling rules as text; its own would rather leave a replica out than put two on one host. */
const service = (component: string, { replicas, resources }: Size) => ({
  replicas,
  resources,
  affinity: "",
  topologySpreadConstraints: stringify(
    spread({ ...workloads.tempo.labels, "app.kubernetes.io/component": component }),
  ),
});
