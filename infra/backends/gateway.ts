import { block, lines } from "./gateway/nginx.ts";
import {
  hsts,
  lokiRoutes,
  otlpGrpcRoutes,
  otlpHttpRoutes,
  prometheusRoutes,
  tempoRoutes,
  type Upstream,
} from "./gateway/routes.ts";
import type { StackConfig } from "../config/schema.ts";
import { addresses as addressesOf, workloads } from "../topology.ts";

/** Who may call the gateway: a tenant's id or a service's name, and the token that proves it. */
export interface GatewayCredential {
  id: string;
  token: string;
}

/** Where the gateway's files stand in its container. */
export const gatewayPaths = {
  config: "/etc/gateway/nginx.conf",
  /** The file that `tokenMap` makes. */
  tokens: "/etc/gateway-tokens/tokens.conf",
  /** The only folder that it writes to. */
  temporary: "/tmp",
  accessLog: "/dev/stdout",
};

type Addresses = Pick<
  ReturnType<typeof addressesOf>,
  "collectorOtlpGrpc" | "collectorOtlpHttp" | "collectorLokiPush" | "tempoQuery" | "loki" | "promLabelProxy"
>;

/**
 * nginx's part of the secret: which credential an `Authorization` header proves. A token is taken as a bearer, or as the
 * password of HTTP basic with the credential's id as the user, which is all that some Loki clients can do.
 */
export function tokenMap(credentials: readonly GatewayCredential[]): string {
  const basic = ({ id, token }: GatewayCredential) => Buffer.from(`${id}:${token}`).toString("base64");
  return lines(
    block(
      "map $http_authorization $credential",
      'default "";',
      ...credentials.flatMap((credential) => [
        `"Bearer ${credential.token}" "${credential.id}";`,
        `"Basic ${basic(credential)}" "${credential.id}";`,
      ]),
    ),
  );
}

/**
 * The tenants' gateway: nginx that knows who calls by the token alone.
 *
 * - `X-Scope-OrgID` is set from the credential. Over HTTP a client's headers go no further than the list of
 *   `forwardedHeaders`; over gRPC, where nginx passes them all, those that could speak of a tenant are cleared.
 * - Only the named paths exist. A path that nginx and a backend could read differently is refused.
 * - A service's credential writes (the Collector knows for whom it may) and never reads.
 * - Upstreams are Services with an address of their own, which stays for as long as the Service does: they are resolved
 *   once, at the start.
 */
export function gatewayConfig(stack: StackConfig, addresses: Addresses = addressesOf(stack)): string {
  const { ports } = workloads.gateway;
  return lines([
    "daemon off;",
    `pid ${gatewayPaths.temporary}/nginx.pid;`,
    "error_log stderr warn;",
    "worker_processes 2;",
    "worker_rlimit_nofile 16384;",
    "worker_shutdown_timeout 20s;",
    ...block("events", "worker_connections 4096;"),
    ...block(
      "http",
      ...identity(stack),
      ...limits(stack),
      ...auditLog,
      `add_header ${hsts};`,
      "default_type application/json;",
      ...Object.entries(upstreams(addresses)).flatMap(([name, address]) =>
        block(`upstream ${name}`, `server ${address};`, "keepalive 32;"),
      ),
      ...server(`${ports.otlpGrpc.number} http2`, otlpGrpcRoutes),
      ...server(ports.otlpHttp.number, otlpHttpRoutes),
      ...server(ports.tempo.number, tempoRoutes),
      ...server(ports.loki.number, lokiRoutes),
      ...server(ports.prometheus.number, prometheusRoutes),
      ...server(ports.status.number, statusRoutes),
    ),
  ]);
}

const upstreams = (addresses: Addresses): Record<Upstream, string> => ({
  "collector-otlp-grpc": addresses.collectorOtlpGrpc,
  "collector-otlp-http": addresses.collectorOtlpHttp,
  "collector-loki-push": addresses.collectorLokiPush,
  tempo: addresses.tempoQuery,
  loki: addresses.loki,
  "prom-label-proxy": addresses.promLabelProxy,
});

/** Where the exporter beside nginx reads its counters. */
export const counterPath = "/stub_status";

/** For probes, and for the exporter in the same pod. */
const statusRoutes = [
  ...block("location = /healthz", "access_log off;", 'return 200 \'{"status":"ok"}\';'),
  ...block(`location = ${counterPath}`, "access_log off;", "allow 127.0.0.1;", "deny all;", "stub_status;"),
];

// nginx from 1.25 on has a directive of its own for HTTP/2 and still takes the parameter, as the older ones demand.
const server = (listen: number | string, routes: string[]) => block("server", `listen ${listen};`, ...routes);

/** `$credential`: who calls. `$tenant`: whose data it may read; empty for a service. */
const identity = ({ services, tenants }: StackConfig) => {
  const entries = 2 * (services.length + tenants.length);
  return [
    // nginx wants the table's size ahead, and refuses to start with one too small.
    `map_hash_max_size ${2 ** Math.ceil(Math.log2(Math.max(2048, entries * 4)))};`,
    "map_hash_bucket_size 512;",
    `include ${gatewayPaths.tokens};`,
    ...block(
      "map $credential $tenant",
      "default $credential;",
      ...services.map(({ name }) => `"${name}" "";`),
    ),
    ...block(
      "map $request_uri $ambiguous_path",
      "default 0;",
      '"~*^[^?]*(%2e|%2f|%5c|//|/[.][.]?(/|[?]|$))" 1;',
    ),
  ];
};

const limits = ({ entry }: StackConfig) => [
  "server_tokens off;",
  "underscores_in_headers off;",
  "ignore_invalid_headers on;",
  `client_max_body_size ${entry.maxBodyMiB}m;`,
  "client_body_buffer_size 256k;",
  // Queries come in the address too.
  "large_client_header_buffers 4 32k;",
  // A client that trickles its request holds a connection no longer than this.
  "client_header_timeout 10s;",
  "client_body_timeout 20s;",
  "send_timeout 30s;",
  "keepalive_timeout 75s;",
  "keepalive_requests 10000;",
  "reset_timedout_connection on;",
  ...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${gatewayPaths.temporary}/${kind};`,
  ),
];

/** Who did what, when, and how it ended. No query and no header: neither a token nor what was searched for. */
const auditFields = {
  time: "$time_iso8601",
  credential: "$credential",
  client: "$remote_addr",
  port: "$server_port",
  method: "$request_method",
  path: "$uri",
  status: "$status",
  grpcStatus: "$sent_http_grpc_status",
  requestBytes: "$request_length",
  responseBytes: "$body_bytes_sent",
  seconds: "$request_time",
  upstreamSeconds: "$upstream_response_time",
};

const auditLog = [
  `log_format audit escape=json '${JSON.stringify(auditFields)}';`,
  `access_log ${gatewayPaths.accessLog} audit;`,
];
