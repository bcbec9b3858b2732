import { block, quoted } from "./nginx.ts";

/** Browsers that have once seen it never again speak to the host without TLS. */
export const hsts = 'Strict-Transport-Security "max-age=31536000; includeSubDomains" always';

/** Names of nginx's `upstream` blocks. */
export type Upstream =
  | "collector-otlp-grpc"
  | "collector-otlp-http"
  | "collector-loki-push"
  | "tempo"
  | "loki"
  | "prom-label-proxy";

const knownCaller = ["if ($ambiguous_path) { return 400; }", 'if ($credential = "") { return 401; }'];

/** Everything of the request that an upstream sees besides its method, path, query and body. */
const forwardedHeaders = (orgId: string, connection: Record<string, string>) => [
  "proxy_pass_request_headers off;",
  ...Object.entries({
    "X-Scope-OrgID": orgId,
    Accept: "$http_accept",
    "Accept-Encoding": "$http_accept_encoding",
    "Content-Type": "$http_content_type",
    "Content-Encoding": "$http_content_encoding",
    "User-Agent": "$http_user_agent",
    Traceparent: "$http_traceparent",
    Tracestate: "$http_tracestate",
    ...connection,
  }).map(([header, value]) => `proxy_set_header ${header} ${value};`),
];

const write = (location: string, upstream: Upstream, path = "") =>
  block(
    `location ${location}`,
    ...knownCaller,
    "if ($request_method != POST) { return 405; }",
    ...forwardedHeaders("$credential", { Connection: '""' }),
    "proxy_http_version 1.1;",
    "proxy_read_timeout 30s;",
    `proxy_pass http://${upstream}${path};`,
  );

const readers = [...knownCaller, 'if ($tenant = "") { return 403; }'];

const read = (location: string, upstream: Upstream, methods = "GET|HEAD|POST") =>
  block(
    `location ${location}`,
    ...readers,
    `if ($request_method !~ ^(${methods})$) { return 405; }`,
    ...forwardedHeaders("$tenant", { Connection: '""' }),
    "proxy_http_version 1.1;",
    "proxy_read_timeout 120s;",
    `proxy_pass http://${upstream};`,
  );

/** Says whether the program behind is ready; tells nothing of any tenant and needs no token. */
const ready = (upstream: Upstream, path: string) =>
  block(
    `location = ${path}`,
    "access_log off;",
    "if ($request_method !~ ^(GET|HEAD)$) { return 405; }",
    ...forwardedHeaders('""', { Connection: '""' }),
    "proxy_http_version 1.1;",
    `proxy_pass http://${upstream};`,
  );

const lokiWrites = [
  ...write("= /loki/api/v1/push", "collector-loki-push"),
  ...write("= /otlp/v1/logs", "collector-otlp-http", "/v1/logs"),
];

const lokiReads = [
  ...ready("loki", "/ready"),
  ...read(
    "~ ^/loki/api/v1/(query|query_range|series|labels|label/[^/]+/values|index/stats|index/volume|index/volume_range|patterns|detected_labels|detected_fields|detected_field/[^/]+/values|format_query|status/buildinfo)$",
    "loki",
  ),
  ...block(
    "location = /loki/api/v1/tail",
    ...readers,
    "if ($request_method != GET) { return 405; }",
    ...forwardedHeaders("$tenant", {
      Connection: "upgrade",
      Upgrade: "$http_upgrade",
      "Sec-WebSocket-Key": "$http_sec_websocket_key",
      "Sec-WebSocket-Version": "$http_sec_websocket_version",
      "Sec-WebSocket-Extensions": "$http_sec_websocket_extensions",
    }),
    "proxy_http_version 1.1;",
    "proxy_read_timeout 1h;",
    "proxy_pass http://loki;",
  ),
];

const tempoReads = [
  ...ready("tempo", "/ready"),
  ...read("~ ^/api/(v2/)?traces/[0-9a-fA-F]+$", "tempo", "GET|HEAD"),
  ...read("~ ^/api/(v2/)?search(/tags|/tag/[^/]+/values)?$", "tempo", "GET|HEAD"),
  ...read("~ ^/api/(metrics/query|metrics/query_range|echo|status/buildinfo)$", "tempo", "GET|HEAD"),
];

const prometheusReads = [
  ...ready("prom-label-proxy", "/-/ready"),
  ...read(
    "~ ^/(federate|api/v1/(query|query_range|query_exemplars|series|labels|label/[^/]+/values|rules|alerts))$",
    "prom-label-proxy",
  ),
];

const refusal = (status: number, name: string, message: string, ...headers: string[]) => [
  `error_page ${status} @${name};`,
  ...block(
    `location @${name}`,
    ...[hsts, ...headers].map((header) => `add_header ${header};`),
    `return ${status} ${quoted(JSON.stringify({ error: message }))};`,
  ),
];

/** What is not let in is told why, and how to repair it. */
const refusals = [
  ...refusal(400, "bad-request", "The request is malformed, or its path holds encoded dots or slashes."),
  ...refusal(
    401,
    "unauthenticated",
    "No valid token. Send `Authorization: Bearer <token>`; the token of a tenant stands in the Secret with the label autoweave.com/tenant=<id>.",
    "WWW-Authenticate 'Bearer realm=\"autoweave\"' always",
    "WWW-Authenticate 'Basic realm=\"autoweave\"' always",
  ),
  ...refusal(
    403,
    "forbidden",
    "This credential belongs to a service: it may write and not read. Use a tenant's.",
  ),
  ...refusal(
    404,
    "unknown",
    "There is no such path here: only reading queries and writing telemetry go through.",
  ),
  ...refusal(405, "method", "This path does not take that method."),
  ...block("location /", "return 404;"),
];

/** A refusal as gRPC clients understand it: the status stands in the headers of an empty answer. */
const grpcRefusal = (httpStatus: number, name: string, grpcStatus: number, message: string) => [
  `error_page ${httpStatus} = @${name};`,
  ...block(
    `location @${name}`,
    "default_type application/grpc;",
    `add_header grpc-status ${grpcStatus};`,
    `add_header grpc-message "${message}";`,
    'return 200 "";',
  ),
];

export const otlpGrpcRoutes = [
  ...block(
    "location ~ ^/opentelemetry[.]proto[.]collector[.](trace|metrics|logs)[.]v1[.](Trace|Metrics|Logs)Service/Export$",
    ...knownCaller,
    "grpc_set_header X-Scope-OrgID $credential;",
    ...["X-Tenant-ID", "Authorization", "Forwarded", "X-Forwarded-For"].map(
      (header) => `grpc_set_header ${header} "";`,
    ),
    "grpc_read_timeout 30s;",
    "grpc_pass grpc://collector-otlp-grpc;",
  ),
  ...block("location /", "return 404;"),
  ...grpcRefusal(400, "malformed", 3, "the request is malformed"),
  ...grpcRefusal(401, "unauthenticated", 16, "no valid token in the authorization metadata"),
  ...grpcRefusal(404, "unimplemented", 12, "only OTLP is served here"),
  ...grpcRefusal(413, "too-large", 8, "the message is larger than the gateway takes"),
  ...grpcRefusal(502, "unavailable", 14, "the collector does not answer"),
  ...grpcRefusal(504, "late", 14, "the collector does not answer in time"),
];

export const otlpHttpRoutes = [...write("~ ^/v1/(traces|metrics|logs)$", "collector-otlp-http"), ...refusals];
export const lokiRoutes = [...lokiWrites, ...lokiReads, ...refusals];
export const tempoRoutes = [...tempoReads, ...refusals];
export const prometheusRoutes = [...prometheusReads, ...refusals];
