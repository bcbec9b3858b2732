import { isAbsolute } from "node:path";
import { logLevels } from "../logs/level.ts";
import { parseRedactPath } from "../logs/redact-path.ts";
import { choice, flag, given, integer, type Kind, list, number, pairs, text, url } from "./kinds.ts";
import type { ObservabilityOptions, ResolvedOptions } from "./options.ts";

/** How the environment gives an option. */
export interface Variable {
  name: string;
  /** What the text stands for; the option's own kind reads it when absent. `undefined`: it says nothing of this option. */
  read?: (text: string, env: Readonly<Record<string, string | undefined>>) => unknown;
}

export interface Definition<Value> {
  kind: Kind<Value>;
  /** The first that is set and says something counts. */
  variables: readonly Variable[];
  /** Must be given when absent. */
  default?: Value | undefined;
  optional?: true;
  secret?: true;
}

const kibibytes = 1024;
const mebibytes = 1024 * kibibytes;
const gibibytes = 1024 * mebibytes;
const hourMs = 3_600_000;

/** What stands for a tenant: what every backend takes as one. */
export const tenantIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

const label = text(/^(?=.*\S)[^\p{Cc}]{1,128}$/u, "a text of 1 to 128 characters without control characters");
const tenant = text(
  tenantIdPattern,
  "1 to 63 letters, digits, dots, dashes or underscores, a letter or digit first",
);
const headerText = text(/^[\x21-\x7e]+$/, "a token of visible ASCII characters");
const folder = given<string>(
  (value) => typeof value === "string" && isAbsolute(value),
  "an absolute path of a folder",
);
const path = { ...text(/^[^\0]+$/, "a path"), read: (value: string) => value };
const host = text(/^[A-Za-z0-9*:[\]._-]+$/, "a host name or address, * for any part");

const redactPath: Kind<string> = {
  expected: 'a path such as user.*.email, **.iban or items[0]["a.b"]',
  accept: (value) => (typeof value === "string" && parseRedactPath(value) ? value : undefined),
  read: (value) => value,
};

const own = (name: string): Variable => ({ name: `AUTOWEAVE_${name}` });
const standard = (name: string, read?: Variable["read"]): Variable => ({
  name: `OTEL_${name}`,
  ...(read ? { read } : {}),
});

const resourceAttributes = pairs(
  // Loki refuses a whole request for one name without a letter or digit.
  /^(?=.*[A-Za-z0-9])[^\p{Cc}\s]{1,256}$/u,
  "names with a letter or digit, and texts, e.g. k8s.pod.name=web-1",
);

/** One of the resource's attributes says it. */
const fromResource = (attribute: string) =>
  standard("RESOURCE_ATTRIBUTES", (text) => {
    const read = resourceAttributes.read(text);
    return read && typeof read === "object" ? (read as Record<string, unknown>)[attribute] : undefined;
  });

/** `none` switches a signal off; the SDK exports no other way than by OTLP, and metrics by Prometheus. */
const unlessNone = (signal: string) =>
  standard(`${signal}_EXPORTER`, (text) => (text.trim() === "none" ? false : undefined));

/** `OTEL_TRACES_SAMPLER` as a share. Source: OpenTelemetry, environment variables of the SDK. */
const samplerShare: Variable["read"] = (sampler, env) => {
  switch (sampler.trim().replace("parentbased_", "")) {
    case "always_on":
      return 1;
    case "always_off":
      return 0;
    case "traceidratio":
      return Number(env["OTEL_TRACES_SAMPLER_ARG"] ?? 1);
    default:
      return sampler;
  }
};

const exporterAsMode: Variable["read"] = (exporter) =>
  ({ otlp: "push", prometheus: "scrape", none: undefined })[exporter.trim() as "otlp"] ??
  (exporter.trim() === "none" ? undefined : exporter);

/** Every option: what it must be, how the environment gives it, and its default. */
export const definitions: {
  readonly [Key in keyof Required<ObservabilityOptions>]: Definition<ResolvedOptions[Key]>;
} = {
  serviceName: { kind: label, variables: [standard("SERVICE_NAME"), fromResource("service.name")] },
  serviceVersion: {
    kind: label,
    variables: [own("SERVICE_VERSION"), fromResource("service.version")],
    default: "unknown",
  },
  environment: {
    kind: label,
    variables: [own("ENVIRONMENT"), fromResource("deployment.environment.name")],
    default: "development",
  },
  tenantId: { kind: tenant, variables: [own("TENANT_ID")] },

  otlpEndpoint: { kind: url, variables: [standard("EXPORTER_OTLP_ENDPOINT")], default: "http://tempo:4318" },
  lokiEndpoint: { kind: url, variables: [own("LOKI_ENDPOINT")], default: "http://loki:3100" },
  tracesEndpoint: { kind: url, variables: [standard("EXPORTER_OTLP_TRACES_ENDPOINT")], optional: true },
  metricsEndpoint: { kind: url, variables: [standard("EXPORTER_OTLP_METRICS_ENDPOINT")], optional: true },
  logsEndpoint: { kind: url, variables: [standard("EXPORTER_OTLP_LOGS_ENDPOINT")], optional: true },
  authToken: { kind: headerText, variables: [own("TOKEN")], optional: true, secret: true },
  authTokenFile: { kind: path, variables: [own("TOKEN_FILE")], optional: true },
  caFile: { kind: path, variables: [standard("EXPORTER_OTLP_CERTIFICATE")], optional: true },
  clientCertificateFile: {
    kind: path,
    variables: [standard("EXPORTER_OTLP_CLIENT_CERTIFICATE")],
    optional: true,
  },
  clientKeyFile: { kind: path, variables: [standard("EXPORTER_OTLP_CLIENT_KEY")], optional: true },
  headers: {
    kind: pairs(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "header names with texts of one line"),
    variables: [standard("EXPORTER_OTLP_HEADERS")],
    default: {},
    secret: true,
  },
  resourceAttributes: { kind: resourceAttributes, variables: [standard("RESOURCE_ATTRIBUTES")], default: {} },

  enableTracing: { kind: flag, variables: [own("ENABLE_TRACING"), unlessNone("TRACES")], default: true },
  enableMetrics: { kind: flag, variables: [own("ENABLE_METRICS"), unlessNone("METRICS")], default: true },
  enableLogging: { kind: flag, variables: [own("ENABLE_LOGGING"), unlessNone("LOGS")], default: true },
  enableHealthMonitoring: { kind: flag, variables: [own("ENABLE_HEALTH_MONITORING")], default: true },

  samplingRate: {
    kind: number(0, 1, "a share from 0 to 1"),
    variables: [own("SAMPLING_RATE"), standard("TRACES_SAMPLER", samplerShare)],
    default: 0.1,
  },
  maxTracesPerSecond: {
    kind: integer(1, 100_000, "traces per second"),
    variables: [own("MAX_TRACES_PER_SECOND")],
    default: 100,
  },
  slowOperationMs: {
    kind: integer(1, hourMs, "milliseconds"),
    variables: [own("SLOW_OPERATION_MS")],
    default: 1_000,
  },
  maxTraceExportBatchSize: {
    kind: integer(1, 10_000, "spans"),
    variables: [standard("BSP_MAX_EXPORT_BATCH_SIZE")],
    default: 512,
  },
  traceExportDelayMs: {
    kind: integer(10, 60_000, "milliseconds"),
    variables: [standard("BSP_SCHEDULE_DELAY")],
    default: 5_000,
  },
  logExportDelayMs: {
    kind: integer(10, 60_000, "milliseconds"),
    variables: [standard("BLRP_SCHEDULE_DELAY")],
    default: 1_000,
  },
  metricsExportInterval: {
    kind: integer(100, hourMs, "milliseconds"),
    variables: [standard("METRIC_EXPORT_INTERVAL")],
    default: 60_000,
  },
  metricsExport: {
    kind: choice("push", "scrape"),
    variables: [standard("METRICS_EXPORTER", exporterAsMode)],
    default: "push",
  },
  exportTimeoutMs: {
    kind: integer(100, 120_000, "milliseconds"),
    variables: [standard("EXPORTER_OTLP_TIMEOUT")],
    default: 10_000,
  },
  shutdownTimeoutMs: {
    kind: integer(0, 60_000, "milliseconds"),
    variables: [own("SHUTDOWN_TIMEOUT_MS")],
    default: 5_000,
  },

  maxQueueItems: {
    kind: integer(1, 10_000_000, "items"),
    variables: [own("MAX_QUEUE_ITEMS")],
    default: 20_000,
  },
  maxQueueBytes: {
    kind: integer(64 * kibibytes, 4 * gibibytes, "bytes"),
    variables: [own("MAX_QUEUE_BYTES")],
    default: 16 * mebibytes,
  },
  spoolDirectory: {
    kind: { ...folder, read: (value) => value },
    variables: [own("SPOOL_DIRECTORY")],
    optional: true,
  },
  spoolMaxBytes: {
    kind: integer(mebibytes, 1024 * gibibytes, "bytes"),
    variables: [own("SPOOL_MAX_BYTES")],
    default: 256 * mebibytes,
  },
  spoolMaxAgeHours: {
    kind: number(0.01, 720, "hours from 0.01 to 720"),
    variables: [own("SPOOL_MAX_AGE_HOURS")],
    default: 24,
  },
  maxLabelValues: {
    kind: integer(20, 100_000, "values"),
    variables: [own("MAX_LABEL_VALUES")],
    default: 200,
  },
  maxSeriesPerMetric: {
    kind: integer(1, 1_000_000, "series"),
    variables: [own("MAX_SERIES_PER_METRIC")],
    default: 2_000,
  },

  logLevel: { kind: choice(...logLevels), variables: [own("LOG_LEVEL")], default: "info" },
  redactPaths: {
    kind: list(redactPath),
    variables: [own("REDACT_PATHS")],
    default: [],
  },
  propagateTo: {
    kind: list(host),
    variables: [own("PROPAGATE_TO")],
    default: ["localhost", "127.0.0.1", "::1", "*.svc", "*.svc.cluster.local"],
  },
  recordMemoryContents: { kind: flag, variables: [own("RECORD_MEMORY_CONTENTS")], default: false },
  recordGraphQLArguments: { kind: flag, variables: [own("RECORD_GRAPHQL_ARGUMENTS")], default: false },
  instrumentations: {
    kind: given((value) => Array.isArray(value), "a list of OpenTelemetry instrumentations"),
    variables: [],
    default: [],
  },

  healthPort: { kind: integer(0, 65_535, "a port"), variables: [own("HEALTH_PORT")], default: 9464 },
  healthHost: { kind: host, variables: [own("HEALTH_HOST")], default: "0.0.0.0" },
  eventLoopStallMs: {
    kind: integer(50, 600_000, "milliseconds"),
    variables: [own("EVENT_LOOP_STALL_MS")],
    default: 1_000,
  },

  enableProductionOptimizations: {
    kind: flag,
    variables: [own("ENABLE_PRODUCTION_OPTIMIZATIONS")],
    default: true,
  },
  maxMemoryUsage: {
    kind: integer(16 * mebibytes, 1024 * gibibytes, "bytes"),
    variables: [own("MAX_MEMORY_USAGE")],
    default: gibibytes,
  },
};
