/** What the app runs under. */
export interface Variant {
  name: string;
  title: string;
  /**
   * Packages of test/bench/peers/package.json that it needs besides the apps' own; `sdk` is ours, as it would be published.
   * Each brings the version of `@opentelemetry/api` that it works with.
   */
  packages: readonly string[];
  nodeArguments: readonly string[];
  environment: Readonly<Record<string, string>>;
  telemetry: "none" | "autoweave" | "otel";
  ours?: true;
}

/** A tenth of the traces, metrics every 10 s, log lines: the same for all. */
const sameSignals = {
  OTEL_SERVICE_NAME: "bench",
  OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
  OTEL_TRACES_SAMPLER_ARG: "0.1",
  OTEL_METRIC_EXPORT_INTERVAL: "10000",
  OTEL_METRIC_EXPORT_TIMEOUT: "5000",
};

const openTelemetry = {
  ...sameSignals,
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
  OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
  OTEL_TRACES_EXPORTER: "otlp",
  OTEL_METRICS_EXPORTER: "otlp",
  OTEL_LOGS_EXPORTER: "otlp",
  OTEL_LOG_LEVEL: "none",
  // No cloud answers here; asking one would hold the telemetry back for as long as it is waited for.
  OTEL_NODE_RESOURCE_DETECTORS: "env,host,os,process,serviceinstance",
};

const ourOwn = { ...sameSignals, AUTOWEAVE_HEALTH_PORT: "0", AUTOWEAVE_HEALTH_HOST: "127.0.0.1" };

const peer = (name: string, title: string, package_: string, module: string, environment = {}): Variant => ({
  name,
  title,
  packages: [package_],
  nodeArguments: ["--require", module],
  environment: { ...openTelemetry, ...environment },
  telemetry: "otel",
});

export const bare: Variant = {
  name: "bare",
  title: "nothing",
  packages: [],
  nodeArguments: [],
  environment: {},
  telemetry: "none",
};

export const variants: readonly Variant[] = [
  bare,
  {
    name: "off",
    title: "AutoWeave, off",
    packages: ["sdk"],
    nodeArguments: [],
    environment: { ...ourOwn, OTEL_SDK_DISABLED: "true" },
    telemetry: "autoweave",
    ours: true,
  },
  {
    name: "default",
    title: "AutoWeave",
    packages: ["sdk"],
    nodeArguments: [],
    environment: ourOwn,
    telemetry: "autoweave",
    ours: true,
  },
  {
    name: "full",
    title: "AutoWeave, all traces, spool",
    packages: ["sdk"],
    nodeArguments: ["--import", "@autoweave/observability/register"],
    environment: {
      ...ourOwn,
      AUTOWEAVE_TENANT_ID: "bench",
      AUTOWEAVE_SERVICE_VERSION: "1.0.0",
      AUTOWEAVE_SAMPLING_RATE: "1",
      AUTOWEAVE_MAX_TRACES_PER_SECOND: "100000",
    },
    telemetry: "autoweave",
    ours: true,
  },
  peer(
    "otel",
    "OpenTelemetry auto-instrumentations",
    "@opentelemetry/auto-instrumentations-node",
    "@opentelemetry/auto-instrumentations-node/register",
  ),
  peer("splunk", "Splunk", "@splunk/otel", "@splunk/otel/instrument", {
    SPLUNK_METRICS_ENABLED: "true",
    SPLUNK_AUTOMATIC_LOG_COLLECTION: "true",
  }),
  peer("edot", "Elastic (EDOT)", "@elastic/opentelemetry-node", "@elastic/opentelemetry-node", {
    ELASTIC_OTEL_NODE_ENABLE_LOG_SENDING: "true",
  }),
];
