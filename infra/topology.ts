import type { StackConfig } from "./config/schema.ts";
import { sizesOf } from "./sizes.ts";

/**
 * Who listens where, and who may talk to whom: the one table that services, probes, scrape configs, datasources and
 * network policies are derived from.
 */

type Protocol = "TCP" | "UDP";

export interface Port {
  number: number;
  /** TCP unless given. */
  protocols?: readonly Protocol[];
}

/**
 * Something that is no workload of ours: object storage (and what hands out the identity for it), the Kubernetes API
 * server, ports of the nodes themselves, apps that offer metrics, anything on the internet.
 */
export type Call = "objectStore" | "apiServer" | "nodes" | "apps" | "internet";

export interface WorkloadSpec {
  /** Labels of its pods. */
  labels: Record<string, string>;
  ports: Record<string, Port>;
  /** The port that Prometheus scrapes, a key of `ports`. */
  metrics?: string;
  /** What it calls outside the table. */
  calls?: readonly Call[];
  /** The Kubernetes API server calls it: an admission webhook's port, a key of `ports`. */
  webhook?: string;
  /** It reads the node's own files or devices, which only the namespace for that allows. */
  needsHost?: true;
}

const app = (name: string, instance?: string) => ({
  "app.kubernetes.io/name": name,
  ...(instance ? { "app.kubernetes.io/instance": instance } : {}),
});

const gossip: Port = { number: 7946, protocols: ["TCP", "UDP"] };
const clusterPeers: Port = { number: 9094, protocols: ["TCP", "UDP"] };

export const workloads = {
  gateway: {
    labels: app("gateway", "gateway"),
    ports: {
      otlpGrpc: { number: 4317 },
      otlpHttp: { number: 4318 },
      tempo: { number: 3200 },
      loki: { number: 3100 },
      prometheus: { number: 9090 },
      status: { number: 8081 },
      metrics: { number: 9113 },
    },
    metrics: "metrics",
  },
  collector: {
    labels: app("opentelemetry-collector", "collector"),
    ports: {
      otlpGrpc: { number: 4317 },
      otlpHttp: { number: 4318 },
      lokiPush: { number: 3500 },
      metrics: { number: 8888 },
      health: { number: 13133 },
    },
    metrics: "metrics",
  },
  nodeAgent: {
    labels: app("opentelemetry-collector", "node-agent"),
    ports: { metrics: { number: 8888 }, health: { number: 13133 } },
    metrics: "metrics",
    calls: ["apiServer"],
    needsHost: true,
  },
  tempo: {
    labels: app("tempo", "tempo"),
    ports: { http: { number: 3200 }, grpc: { number: 9095 }, otlpGrpc: { number: 4317 }, gossip },
    metrics: "http",
    calls: ["objectStore"],
  },
  loki: {
    labels: app("loki", "loki"),
    ports: { http: { number: 3100 }, grpc: { number: 9095 }, gossip },
    metrics: "http",
    calls: ["objectStore"],
  },
  prometheus: {
    labels: app("prometheus", "main"),
    ports: { http: { number: 9090 } },
    metrics: "http",
    calls: ["apiServer", "nodes", "apps"],
  },
  longTermPrometheus: {
    labels: app("prometheus", "long-term"),
    ports: { http: { number: 9090 } },
    metrics: "http",
  },
  promLabelProxy: {
    labels: app("prom-label-proxy", "prom-label-proxy"),
    ports: { http: { number: 8080 }, metrics: { number: 9091 } },
    metrics: "metrics",
  },
  alertmanager: {
    labels: app("alertmanager", "main"),
    ports: { http: { number: 9093 }, peers: clusterPeers },
    metrics: "http",
    calls: ["internet"],
  },
  grafana: {
    labels: app("grafana", "grafana"),
    ports: { http: { number: 3000 }, peers: clusterPeers },
    metrics: "http",
    calls: ["apiServer", "internet"],
  },
  database: {
    labels: { "cnpg.io/cluster": "grafana-db" },
    ports: { postgresql: { number: 5432 }, status: { number: 8000 }, metrics: { number: 9187 } },
    metrics: "metrics",
    calls: ["apiServer", "objectStore"],
  },
  redis: {
    labels: app("valkey", "redis"),
    ports: { redis: { number: 6379 }, metrics: { number: 9121 } },
    metrics: "metrics",
  },
  prometheusOperator: {
    labels: app("kube-prometheus-stack-prometheus-operator"),
    ports: { https: { number: 10250 } },
    metrics: "https",
    calls: ["apiServer"],
    webhook: "https",
  },
  kubeStateMetrics: {
    labels: app("kube-state-metrics"),
    ports: { http: { number: 8080 } },
    metrics: "http",
    calls: ["apiServer"],
  },
  certManager: {
    labels: { "app.kubernetes.io/instance": "cert-manager" },
    ports: { metrics: { number: 9402 }, webhook: { number: 10250 } },
    metrics: "metrics",
    calls: ["apiServer", "internet"],
    webhook: "webhook",
  },
  /** Answers the certificate authority's challenge for as long as it lasts; cert-manager starts and ends it. */
  acmeSolver: {
    labels: { "acme.cert-manager.io/http01-solver": "true" },
    ports: { http: { number: 8089 } },
  },
  cloudNativePg: {
    labels: app("cloudnative-pg"),
    ports: { metrics: { number: 8080 }, webhook: { number: 9443 } },
    metrics: "metrics",
    calls: ["apiServer"],
    webhook: "webhook",
  },
  barmanPlugin: {
    labels: app("plugin-barman-cloud"),
    ports: { grpc: { number: 9090 } },
    calls: ["apiServer"],
  },
} as const satisfies Record<string, WorkloadSpec>;

export type WorkloadName = keyof typeof workloads;

/** Lets an app inside the stack's own namespace reach the tenants' gateway; apps of other namespaces need no label. */
export const sendingLabel = { "autoweave.com/telemetry": "true" } as const;

/** Ports that programs on the nodes' own network offer: the kubelet and the node exporter. */
export const nodePorts = { kubelet: 10250, nodeExporter: 9100 } as const;

/** The stack's namespaces: its own, and the one whose pods may reach into their node. */
export const namespacesOf = ({ namespace }: Pick<StackConfig, "namespace">) => ({
  main: namespace,
  host: `${namespace}-host`,
});

/** Priority of the path that telemetry takes. Named after the namespace: such classes are shared by the whole cluster. */
export const criticalPriorityOf = ({ namespace }: Pick<StackConfig, "namespace">) => `${namespace}-critical`;

/** Who calls from outside the stack: apps of any namespace, and the controller behind `entry`. */
export type Outsider = "apps" | "entry";

export interface Flow {
  from: WorkloadName | Outsider;
  to: WorkloadName;
  /** Keys of the target's `ports`. */
  ports: readonly string[];
}

const flow = <To extends WorkloadName>(
  from: Flow["from"],
  to: To,
  ...ports: Extract<keyof (typeof workloads)[To]["ports"], string>[]
): Flow => ({ from, to, ports });

/** Every conversation of the stack but scraping, which follows from `metrics`. */
export const flows: readonly Flow[] = [
  flow("apps", "gateway", "otlpGrpc", "otlpHttp", "tempo", "loki", "prometheus"),
  flow("entry", "gateway", "otlpGrpc", "otlpHttp", "tempo", "loki"),
  flow("entry", "grafana", "http"),
  flow("entry", "acmeSolver", "http"),
  flow("gateway", "collector", "otlpGrpc", "otlpHttp", "lokiPush"),
  flow("gateway", "tempo", "http"),
  flow("gateway", "loki", "http"),
  flow("gateway", "promLabelProxy", "http"),
  flow("promLabelProxy", "prometheus", "http"),
  flow("nodeAgent", "collector", "otlpGrpc"),
  flow("collector", "tempo", "otlpGrpc"),
  flow("collector", "loki", "http"),
  flow("collector", "prometheus", "http"),
  flow("tempo", "tempo", "http", "grpc", "gossip"),
  flow("tempo", "prometheus", "http"),
  flow("loki", "loki", "http", "grpc", "gossip"),
  flow("loki", "alertmanager", "http"),
  flow("prometheus", "alertmanager", "http"),
  flow("prometheus", "longTermPrometheus", "http"),
  flow("longTermPrometheus", "alertmanager", "http"),
  flow("alertmanager", "alertmanager", "peers"),
  flow("grafana", "grafana", "peers"),
  flow("grafana", "tempo", "http"),
  flow("grafana", "loki", "http"),
  flow("grafana", "prometheus", "http"),
  flow("grafana", "longTermPrometheus", "http"),
  flow("grafana", "alertmanager", "http"),
  flow("grafana", "database", "postgresql"),
  flow("grafana", "redis", "redis"),
  flow("redis", "redis", "redis"),
  flow("database", "database", "postgresql", "status"),
  flow("cloudNativePg", "database", "postgresql", "status"),
  flow("cloudNativePg", "barmanPlugin", "grpc"),
];

/** How an app says that its pods are to be scraped: this label, and a container port of this name. */
export const appScraping = { label: { "autoweave.com/scrape": "true" }, portName: "metrics" } as const;

/** Kubernetes names that more than one component must agree on. */
export const names = {
  tempo: "tempo-store",
  loki: "loki-store",
  prometheus: "main",
  longTermPrometheus: "long-term",
  alertmanager: "main",
  database: "grafana-db",
  redis: "redis",
  collector: "collector",
  grafanaAdmin: "grafana-admin",
  promLabelProxy: "prom-label-proxy",
  /** Services of the tenants' gateway: the addresses that apps know. */
  gateway: { tempo: "tempo", loki: "loki", prometheus: "prometheus" },
  /** The certificate of the public hosts, and the Secret that holds it. */
  entryCertificate: "entry-tls",
} as const;

/** What the Prometheus operator runs, as the kind of the resource that it is told by. */
export const operatedKinds = {
  prometheus: "Prometheus",
  longTermPrometheus: "Prometheus",
  alertmanager: "Alertmanager",
} as const;

export type OperatedWorkload = keyof typeof operatedKinds;

const programOf = (workload: OperatedWorkload) => operatedKinds[workload].toLowerCase();

/** As the operator calls its pods; so are its Service and its service account. */
export const operatedName = (workload: OperatedWorkload) => `${programOf(workload)}-${names[workload]}`;

/** The public host names. */
export const hostsOf = ({ domain }: Pick<StackConfig, "domain">) => ({
  grafana: `grafana.${domain}`,
  tempo: `tempo.${domain}`,
  loki: `loki.${domain}`,
});

const at = (host: string, port: Port) => `${host}:${port.number}`;

/** `host:port` of every service, as seen from inside the namespace. */
export function addresses({ size }: Pick<StackConfig, "size">) {
  const distributed = size === "standard";
  const { ports: tempo } = workloads.tempo;
  return {
    collectorOtlpGrpc: at(names.collector, workloads.collector.ports.otlpGrpc),
    collectorOtlpHttp: at(names.collector, workloads.collector.ports.otlpHttp),
    collectorLokiPush: at(names.collector, workloads.collector.ports.lokiPush),
    tempoWrite: at(distributed ? `${names.tempo}-distributor` : names.tempo, tempo.otlpGrpc),
    tempoQuery: at(distributed ? `${names.tempo}-query-frontend` : names.tempo, tempo.http),
    loki: at(names.loki, workloads.loki.ports.http),
    prometheus: at(operatedName("prometheus"), workloads.prometheus.ports.http),
    longTermPrometheus: at(operatedName("longTermPrometheus"), workloads.longTermPrometheus.ports.http),
    alertmanager: at(operatedName("alertmanager"), workloads.alertmanager.ports.http),
    promLabelProxy: at(names.promLabelProxy, workloads.promLabelProxy.ports.http),
    redis: at(names.redis, workloads.redis.ports.redis),
  };
}

/**
 * `host:port` of each replica, for what must reach all of them: a sample pushed to one Prometheus of a pair is not in the
 * other, and one Alertmanager does not hand an alert on to the next.
 */
export function replicaAddresses(stack: Pick<StackConfig, "size">) {
  const each = (workload: OperatedWorkload) =>
    Array.from({ length: sizesOf(stack)[workload].replicas }, (_, index) =>
      at(
        `${operatedName(workload)}-${index}.${programOf(workload)}-operated`,
        workloads[workload].ports.http,
      ),
    );
  return {
    prometheus: each("prometheus"),
    longTermPrometheus: each("longTermPrometheus"),
    alertmanager: each("alertmanager"),
  };
}
