import type { StackConfig } from "./config/schema.ts";
import { kebab } from "./kebab.ts";
import {
  appScraping,
  type Call,
  type Flow,
  flows,
  namespacesOf,
  nodePorts,
  type Port,
  sendingLabel,
  type WorkloadName,
  type WorkloadSpec,
  workloads,
} from "./topology.ts";

interface Peer {
  podSelector?: { matchLabels?: Record<string, string> };
  namespaceSelector?: { matchLabels?: Record<string, string> };
  ipBlock?: { cidr: string; except?: string[] };
}

interface PolicyPort {
  port: number;
  protocol: "TCP" | "UDP";
}

export interface NetworkPolicy {
  name: string;
  namespace: string;
  spec: {
    podSelector: { matchLabels?: Record<string, string> };
    policyTypes: ("Ingress" | "Egress")[];
    ingress?: { from: Peer[]; ports?: PolicyPort[] }[];
    egress?: { to: Peer[]; ports?: PolicyPort[] }[];
  };
}

type Spec = WorkloadSpec & { ports: Record<string, Port> };
const specs: Record<WorkloadName, Spec> = workloads;
const workloadNames = Object.keys(workloads) as WorkloadName[];

const tcp = (...numbers: number[]): PolicyPort[] => numbers.map((port) => ({ port, protocol: "TCP" }));
const pods = (labels: Record<string, string>) => ({ matchLabels: labels });
const namespaceNamed = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });

/** Any address but the link-local ones, among which a cloud's metadata service hands out the node's identity. */
const anywhere: Peer = { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } };
const podIdentityAgent: Peer = { ipBlock: { cidr: "169.254.170.23/32" } };
const nodeLocalDns: Peer = { ipBlock: { cidr: "169.254.20.10/32" } };

/**
 * Default deny both ways in both namespaces, then one policy per workload that is deployed, from the table of flows.
 * Empty when `network.policies` is off.
 *
 * Apps of every namespace may reach the tenants' gateway: there the token decides, not the address. Apps inside the
 * stack's own namespace, where nothing may send by default, wear `sendingLabel`; it opens the way to the gateway alone.
 */
export function policiesFor(stack: StackConfig): NetworkPolicy[] {
  if (!stack.network.policies) return [];
  const { main, host } = namespacesOf(stack);
  return [
    ...[main, host].flatMap((namespace) => [denyAll(namespace), allowDns(namespace)]),
    ...workloadNames.filter((name) => placeOf(stack, name) === "here").map((name) => policyOf(stack, name)),
    sendingApps(stack),
    ownScrapedApps(stack),
  ];
}

const denyAll = (namespace: string): NetworkPolicy => ({
  name: "default-deny",
  namespace,
  spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
});

const allowDns = (namespace: string): NetworkPolicy => ({
  name: "allow-dns",
  namespace,
  spec: {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [
      {
        to: [
          {
            namespaceSelector: namespaceNamed("kube-system"),
            podSelector: pods({ "k8s-app": "kube-dns" }),
          },
          nodeLocalDns,
        ],
        ports: [
          { port: 53, protocol: "UDP" },
          { port: 53, protocol: "TCP" },
        ],
      },
    ],
  },
});

const sendingApps = (stack: StackConfig): NetworkPolicy => ({
  name: "sending-apps",
  namespace: stack.namespace,
  spec: {
    podSelector: pods(sendingLabel),
    policyTypes: ["Egress"],
    egress: flows
      .filter(({ from }) => from === "apps")
      .map(({ to, ports }) => ({ to: [peerOf(stack, to, stack.namespace)], ports: portsOf(to, ports) })),
  },
});

const ownScrapedApps = (stack: StackConfig): NetworkPolicy => ({
  name: "scraped-apps",
  namespace: stack.namespace,
  spec: {
    podSelector: pods(appScraping.label),
    policyTypes: ["Ingress"],
    ingress: [{ from: [peerOf(stack, "prometheus", stack.namespace)] }],
  },
});

function policyOf(stack: StackConfig, name: WorkloadName): NetworkPolicy {
  const { labels, calls = [], webhook } = specs[name];
  const namespace = namespaceOf(stack, name);
  const conversations = conversationsOf(stack);
  const fromApiServer = webhook ? [{ from: apiServer(stack), ports: portsOf(name, [webhook]) }] : [];

  return {
    name: kebab(name),
    namespace,
    spec: {
      podSelector: pods(labels),
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        ...conversations
          .filter(({ to }) => to === name)
          .map(({ from, ports }) => ({
            from: [callerOf(stack, from, namespace)],
            ports: portsOf(name, ports),
          })),
        ...fromApiServer,
      ],
      egress: [
        ...conversations
          .filter(({ from }) => from === name)
          .map(({ to, ports }) => ({
            to: [peerOf(stack, to, namespace)],
            ports: externalPort(stack, to) ?? portsOf(to, ports),
          })),
        ...calls.flatMap((call) => egressTo(stack, call)),
      ],
    },
  };
}

/** The flows between parties that exist in this stack, with scraping. */
function conversationsOf(stack: StackConfig): Flow[] {
  const scrapes = workloadNames.flatMap((to): Flow[] => {
    const { metrics } = specs[to];
    return metrics ? [{ from: "prometheus", to, ports: [metrics] }] : [];
  });
  const exists = (party: Flow["from"]) =>
    party === "apps" || party === "entry" || placeOf(stack, party) !== "nowhere";
  return [
    ...flows.filter(({ from, to }) => exists(from) && exists(to)),
    ...scrapes.filter(({ to }) => placeOf(stack, to) === "here"),
  ];
}

/**
 * Where a workload runs: in a namespace of the stack, in some namespace that is not the stack's business, outside the
 * cluster, or not at all.
 */
export function placeOf(
  stack: StackConfig,
  name: WorkloadName,
): "here" | "elsewhere" | "outside" | "nowhere" {
  const { postgresql, redis, operators, collector } = stack;
  const operator = operators.cloudNativePg ? "here" : "elsewhere";
  const places: Partial<Record<WorkloadName, ReturnType<typeof placeOf>>> = {
    nodeAgent: collector.nodeAgent ? "here" : "nowhere",
    database: postgresql.kind === "cluster" ? "here" : "outside",
    cloudNativePg: postgresql.kind === "cluster" ? operator : "nowhere",
    barmanPlugin: postgresql.kind === "cluster" ? operator : "nowhere",
    redis: redis.kind === "cluster" ? "here" : "outside",
    certManager: operators.certManager ? "here" : "elsewhere",
  };
  return places[name] ?? "here";
}

/** The port of a service outside the cluster, which is a setting and not in the table. */
function externalPort(stack: StackConfig, name: WorkloadName): PolicyPort[] | undefined {
  if (name === "database" && stack.postgresql.kind === "external") return tcp(stack.postgresql.port);
  if (name === "redis" && stack.redis.kind === "external") return tcp(stack.redis.port);
  return undefined;
}

function namespaceOf(stack: StackConfig, name: WorkloadName): string {
  const { main, host } = namespacesOf(stack);
  return specs[name].needsHost ? host : main;
}

/** A workload, as a policy in `namespace` names it. */
function peerOf(stack: StackConfig, name: WorkloadName, namespace: string): Peer {
  const place = placeOf(stack, name);
  if (place === "outside") return anywhere;
  const podSelector = pods(specs[name].labels);
  if (place === "elsewhere") return { namespaceSelector: {}, podSelector };
  const home = namespaceOf(stack, name);
  return home === namespace ? { podSelector } : { namespaceSelector: namespaceNamed(home), podSelector };
}

function callerOf(stack: StackConfig, from: Flow["from"], namespace: string): Peer {
  if (from === "apps") return { namespaceSelector: {} };
  if (from === "entry") return { namespaceSelector: namespaceNamed(stack.entry.route.controllerNamespace) };
  return peerOf(stack, from, namespace);
}

function portsOf(name: WorkloadName, keys: readonly string[]): PolicyPort[] {
  return keys.flatMap((key) => {
    const port = specs[name].ports[key];
    if (!port)
      throw new Error(`topology: ${name} has no port called ${key}; its ports are in infra/topology.ts`);
    return (port.protocols ?? ["TCP"]).map((protocol) => ({ port: port.number, protocol }));
  });
}

const apiServer = ({ network }: StackConfig): Peer[] =>
  network.apiServerCidrs.map((cidr) => ({ ipBlock: { cidr } }));

type Egress = NonNullable<NetworkPolicy["spec"]["egress"]>;

function egressTo(stack: StackConfig, call: Call): Egress {
  const { smtp } = stack.alertmanager;
  const rules: Record<Call, Egress> = {
    objectStore: objectStoreEgress(stack),
    apiServer: [{ to: apiServer(stack), ports: tcp(443, 6443) }],
    nodes: [{ to: [anywhere], ports: tcp(...Object.values(nodePorts)) }],
    apps: scrapedAppsEgress(stack),
    // 80: cert-manager looks at its challenge the way the certificate authority will.
    internet: [{ to: [anywhere], ports: tcp(80, 443, ...(smtp ? [smtp.port] : [])) }],
  };
  return rules[call];
}

function scrapedAppsEgress({ prometheus: { appNamespaces } }: StackConfig): Egress {
  const podSelector = pods(appScraping.label);
  const to = appNamespaces.map((name) => ({ namespaceSelector: namespaceNamed(name), podSelector }));
  // A rule to nobody in particular is a rule to everybody.
  return to.length > 0 ? [{ to }] : [];
}

function objectStoreEgress({ storage }: StackConfig): Egress {
  if (storage.kind === "s3") {
    const { port, protocol } = new URL(storage.endpoint);
    const number = Number(port) || (protocol === "http:" ? 80 : 443);
    // Such a server may run in the same cluster, where some network plugins do not count pods among the addresses.
    return [{ to: [anywhere, { namespaceSelector: {} }], ports: tcp(number) }];
  }
  const s3AndSts = { to: [anywhere], ports: tcp(443) };
  return storage.identity.kind === "podIdentity"
    ? [s3AndSts, { to: [podIdentityAgent], ports: tcp(80) }]
    : [s3AndSts];
}
