import assert from "node:assert/strict";
import fc from "fast-check";
import { definitions } from "../../src/options/definitions.ts";
import { ObservabilityConfigError } from "../../src/options/error.ts";
import type { ObservabilityOptions } from "../../src/options/options.ts";
import { resolveOptions } from "../../src/options/resolve.ts";

const required = { serviceName: "shop", tenantId: "blue" };

function faultsOf(options: object, env: Record<string, string> = {}) {
  try {
    resolveOptions(options, env);
  } catch (error) {
    assert.ok(error instanceof ObservabilityConfigError);
    assert.equal(error.code, "AUTOWEAVE_INVALID_OPTIONS");
    return error.faults;
  }
  assert.fail("the options were accepted");
}

describe("options", () => {
  it("take the guide's defaults for whatever is not given", () => {
    const options = resolveOptions(required, {});
    assert.equal(options.otlpEndpoint, "http://tempo:4318");
    assert.equal(options.lokiEndpoint, "http://loki:3100");
    assert.equal(options.samplingRate, 0.1);
    assert.equal(options.maxTraceExportBatchSize, 512);
    assert.equal(options.metricsExportInterval, 60_000);
    assert.equal(options.maxMemoryUsage, 1024 ** 3);
    for (const key of [
      "Tracing",
      "Metrics",
      "Logging",
      "HealthMonitoring",
      "ProductionOptimizations",
    ] as const) {
      assert.equal(options[`enable${key}`], true);
    }
  });

  it("count in code before the environment, and in the environment before the default", () => {
    const env = { AUTOWEAVE_SAMPLING_RATE: "0.5", OTEL_METRIC_EXPORT_INTERVAL: "5000" };
    const options = resolveOptions({ ...required, samplingRate: 1 }, env);
    assert.equal(options.samplingRate, 1);
    assert.equal(options.metricsExportInterval, 5_000);
  });

  it("name the TLS files of OpenTelemetry's standard variables, the certificate with its key or neither", () => {
    const env = {
      OTEL_EXPORTER_OTLP_CERTIFICATE: "/etc/tls/ca.crt",
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "/etc/tls/tls.crt",
      OTEL_EXPORTER_OTLP_CLIENT_KEY: "/etc/tls/tls.key",
    };
    const { caFile, clientCertificateFile, clientKeyFile } = resolveOptions(required, env);
    assert.deepEqual([caFile, clientCertificateFile, clientKeyFile], Object.values(env));
    for (const half of ["clientCertificateFile", "clientKeyFile"]) {
      const [fault] = faultsOf({ ...required, [half]: "/etc/tls/half" });
      assert.match(fault?.expected ?? "", /both, or neither/);
      assert.notEqual(fault?.key, half);
    }
  });

  it("come from the environment alone where nothing is given in code", () => {
    const options = resolveOptions(
      {},
      {
        OTEL_SERVICE_NAME: "shop",
        AUTOWEAVE_TENANT_ID: "blue",
        OTEL_EXPORTER_OTLP_HEADERS: "x-team=usb%2Cqueue, x-zone=a=b",
        AUTOWEAVE_REDACT_PATHS: "user.*.email, iban",
      },
    );
    assert.deepEqual(options.headers, { "x-team": "usb,queue", "x-zone": "a=b" });
    assert.deepEqual(options.redactPaths, ["user.*.email", "iban"]);
  });

  const cases: [variable: string, text: string, key: keyof ObservabilityOptions, expected: unknown][] = [
    ["OTEL_TRACES_EXPORTER", "none", "enableTracing", false],
    ["OTEL_TRACES_EXPORTER", "otlp", "enableTracing", true],
    ["OTEL_METRICS_EXPORTER", "none", "enableMetrics", false],
    ["OTEL_METRICS_EXPORTER", "prometheus", "metricsExport", "scrape"],
    ["OTEL_METRICS_EXPORTER", "otlp", "metricsExport", "push"],
    ["OTEL_LOGS_EXPORTER", "none", "enableLogging", false],
    ["OTEL_TRACES_SAMPLER", "always_on", "samplingRate", 1],
    ["OTEL_TRACES_SAMPLER", "parentbased_always_off", "samplingRate", 0],
    ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "100", "maxTraceExportBatchSize", 100],
    ["OTEL_RESOURCE_ATTRIBUTES", "service.version=1.2.3", "serviceVersion", "1.2.3"],
    ["OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=prod", "environment", "prod"],
    ["OTEL_SDK_DISABLED", "true", "enableTracing", false],
    ["AUTOWEAVE_ENABLE_METRICS", "0", "enableMetrics", false],
    ["AUTOWEAVE_LOG_LEVEL", "debug", "logLevel", "debug"],
    ["AUTOWEAVE_SAMPLING_RATE", "  ", "samplingRate", 0.1],
  ];
  for (const [variable, text, key, expected] of cases) {
    it(`understand ${variable}=${JSON.stringify(text)}`, () => {
      assert.deepEqual(resolveOptions(required, { [variable]: text })[key], expected);
    });
  }

  it("read the share of OTEL_TRACES_SAMPLER from its argument", () => {
    const env = { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.25" };
    assert.equal(resolveOptions(required, env).samplingRate, 0.25);
  });

  it("are judged together: every fault names its key, what was given and what is expected", () => {
    const faults = faultsOf(
      { serviceName: "shop", samplingRate: 7, healthPort: "9464", colour: "blue" },
      { AUTOWEAVE_MAX_MEMORY_USAGE: "much", OTEL_EXPORTER_OTLP_ENDPOINT: "tempo:4318" },
    );
    assert.deepEqual(faults.map(({ key }) => key).sort(), [
      "colour",
      "healthPort",
      "maxMemoryUsage",
      "otlpEndpoint",
      "samplingRate",
      "tenantId",
    ]);
    const byKey = Object.fromEntries(faults.map((fault) => [fault.key, fault]));
    assert.equal(byKey["samplingRate"]?.given, "7");
    assert.equal(byKey["samplingRate"]?.expected, "a share from 0 to 1");
    assert.equal(byKey["maxMemoryUsage"]?.source, "AUTOWEAVE_MAX_MEMORY_USAGE");
    assert.match(byKey["tenantId"]?.source ?? "", /AUTOWEAVE_TENANT_ID/);
  });

  it("never show what may be secret in a fault", () => {
    const faults = faultsOf({ ...required, authToken: "s3cret\nvalue", headers: { authorization: 5 } });
    assert.deepEqual(faults.map(({ key }) => key).sort(), ["authToken", "headers"]);
    assert.ok(!JSON.stringify(faults).includes("s3cret"));
  });

  it("refuse an endpoint that holds a password, which would end up in logs", () => {
    assert.equal(
      faultsOf({ ...required, otlpEndpoint: "http://me:pass@tempo:4318" })[0]?.key,
      "otlpEndpoint",
    );
  });

  it("refuse to be scraped where nothing serves the metrics", () => {
    const faults = faultsOf({ ...required, metricsExport: "scrape", enableHealthMonitoring: false });
    assert.equal(faults[0]?.key, "metricsExport");
  });

  it("are resolved or refused with a ConfigError, whatever they hold", () => {
    const anyOptions = fc.dictionary(
      fc.oneof(fc.constantFrom(...Object.keys(definitions)), fc.string()),
      fc.anything(),
    );
    const anyEnvironment = fc.dictionary(
      fc.constantFrom(
        ...Object.values(definitions).flatMap(({ variables }) => variables.map(({ name }) => name)),
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(anyOptions, anyEnvironment, (options, env) => {
        try {
          resolveOptions(options, env);
        } catch (error) {
          assert.ok(error instanceof ObservabilityConfigError, String(error));
        }
      }),
    );
  });

  it("have a default that their own kind accepts", () => {
    for (const [key, { kind, default: value }] of Object.entries(definitions)) {
      if (value !== undefined) assert.notEqual(kind.accept(value), undefined, key);
    }
  });
});
