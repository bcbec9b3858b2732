import type { IHTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute";
import type { IReferenceGrant } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1beta1/ReferenceGrant";
import type { StackConfig } from "../config/schema.ts";
import { hostsOf, names, workloads } from "../topology.ts";

type Route = StackConfig["entry"]["route"];
type GatewayRoute = Extract<Route, { kind: "gateway" }>;

interface PathRoute {
  path: string;
  service: string;
  port: number;
  /** Needs HTTP/2 all the way, which Ingress has no common word for. */
  grpc?: true;
}

const { gateway, grafana } = workloads;

/** Which path of which host leads where; the longest prefix wins. */
const paths: Record<keyof ReturnType<typeof hostsOf>, PathRoute[]> = {
  grafana: [{ path: "/", service: "grafana", port: grafana.ports.http.number }],
  tempo: [
    ...["trace", "metrics", "logs"].map((signal): PathRoute => {
      const service = `${signal.charAt(0).toUpperCase()}${signal.slice(1)}Service`;
      return {
        path: `/opentelemetry.proto.collector.${signal}.v1.${service}`,
        service: names.gateway.tempo,
        port: gateway.ports.otlpGrpc.number,
        grpc: true,
      };
    }),
    { path: "/v1", service: names.gateway.tempo, port: gateway.ports.otlpHttp.number },
    { path: "/", service: names.gateway.tempo, port: gateway.ports.tempo.number },
  ],
  loki: [{ path: "/", service: names.gateway.loki, port: gateway.ports.loki.number }],
};

type Host = keyof typeof paths;
const hostNames = Object.keys(paths) as Host[];

/**
 * What each class of controller must be told to redirect to TLS and to let bodies in. The limit itself, HSTS and
 * authentication do not depend on the controller: the tenants' gateway and Grafana see to them. Not here are TLS
 * versions: a controller sets those for all its hosts, and all that are maintained start at 1.2.
 */
const classAnnotations: Record<string, (maxBodyMiB: number) => Record<string, string>> = {
  nginx: (maxBodyMiB) => ({
    // F5's controller.
    "nginx.org/client-max-body-size": `${maxBodyMiB}m`,
    "nginx.org/redirect-to-https": "true",
    "nginx.org/proxy-read-timeout": "120s",
    "nginx.org/websocket-services": names.gateway.loki,
    // The community's retired one, which clusters still run.
    "nginx.ingress.kubernetes.io/proxy-body-size": `${maxBodyMiB}m`,
    "nginx.ingress.kubernetes.io/ssl-redirect": "true",
    "nginx.ingress.kubernetes.io/proxy-read-timeout": "120",
  }),
  traefik: () => ({
    "traefik.ingress.kubernetes.io/router.entrypoints": "websecure",
    "traefik.ingress.kubernetes.io/router.tls": "true",
  }),
  haproxy: () => ({
    "haproxy.org/ssl-redirect": "true",
    "haproxy.org/timeout-server": "120s",
  }),
};

export function ingressAnnotations({ entry }: StackConfig): Record<string, string> {
  const { route, maxBodyMiB } = entry;
  return route.kind === "ingress" ? (classAnnotations[route.className]?.(maxBodyMiB) ?? {}) : {};
}

/** ExternalDNS takes the names from the routes; these say so, and for how long (in seconds) others may remember them. */
export const entryAnnotations = (stack: StackConfig): Record<string, string> =>
  stack.entry.externalDns
    ? {
        "external-dns.alpha.kubernetes.io/hostname": Object.values(hostsOf(stack)).join(","),
        "external-dns.alpha.kubernetes.io/ttl": "300",
      }
    : {};

/** Grafana, queries, and OTLP over HTTP. OTLP over gRPC from outside needs the Gateway API. */
export function ingressSpec(stack: StackConfig) {
  const hosts = hostsOf(stack);
  const { route } = stack.entry;
  return {
    ...(route.kind === "ingress" ? { ingressClassName: route.className } : {}),
    tls: [{ hosts: Object.values(hosts), secretName: names.entryCertificate }],
    rules: hostNames.map((name) => ({
      host: hosts[name],
      http: {
        paths: paths[name]
          .filter(({ grpc }) => !grpc)
          .map(({ path, service, port }) => ({
            path,
            pathType: "Prefix",
            backend: { service: { name: service, port: { number: port } } },
          })),
      },
    })),
  };
}

/**
 * A route per host on the Gateway's port 443, and one that sends those who come to port 80 there. The Gateway is the
 * cluster's: its listener for 443 names the Secret of the certificate, which `referenceGrantSpec` lets it read.
 */
export function httpRoutes(stack: StackConfig, route: GatewayRoute): Record<string, IHTTPRoute["spec"]> {
  const hosts = hostsOf(stack);
  const parentRefs = (port: number) => [{ name: route.gatewayName, namespace: route.gatewayNamespace, port }];
  const toHosts = hostNames.map((name): [string, IHTTPRoute["spec"]] => [
    name,
    {
      parentRefs: parentRefs(443),
      hostnames: [hosts[name]],
      rules: paths[name].map(({ path, service, port }) => ({
        matches: [{ path: { type: "PathPrefix", value: path } }],
        backendRefs: [{ name: service, port }],
      })),
    },
  ]);
  return {
    ...Object.fromEntries(toHosts),
    "to-tls": {
      parentRefs: parentRefs(80),
      hostnames: Object.values(hosts),
      rules: [
        { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] },
      ],
    },
  };
}

/** Lets the Gateway's listener use the certificate, which stays in the stack's namespace. */
export const referenceGrantSpec = ({ gatewayNamespace }: GatewayRoute) =>
  ({
    from: [{ group: "gateway.networking.k8s.io", kind: "Gateway", namespace: gatewayNamespace }],
    to: [{ group: "", kind: "Secret", name: names.entryCertificate }],
  }) satisfies IReferenceGrant["spec"];
