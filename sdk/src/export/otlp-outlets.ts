import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { createCredentials } from "../delivery/credentials.ts";
import { createDelivery } from "../delivery/delivery.ts";
import type { Delivery } from "../delivery/record.ts";
import { warnOnce } from "../diagnostics.ts";
import type { LogSink } from "../logs/core.ts";
import { OtlpLogSink } from "../logs/otlp-sink.ts";
import type { Signal } from "../names/index.ts";
import type { ResolvedOptions } from "../options/options.ts";
import { encodeResource } from "../otlp/common.ts";
import { encodeSpan } from "../otlp/spans.ts";
import { type Resource, sdkScope } from "../resource.ts";
import type { Outlets } from "./outlets.ts";
import { boundedText } from "../otlp/plain.ts";

/** Most log lines in a request. Source: OpenTelemetry, default of OTEL_BLRP_MAX_EXPORT_BATCH_SIZE. */
const logBatchItems = 512;

/** A snapshot goes as it is; what is too large for one request is parted by its bytes. */
const metricBatchItems = Number.MAX_SAFE_INTEGER;

/** Telemetry by OTLP to the backends that the options name, one delivery for each signal that is switched on. */
export function otlpOutlets(options: ResolvedOptions, resource: Resource, clock: Clock): Outlets {
  const credentials = createCredentials({
    token: options.authToken,
    tokenFile: options.authTokenFile,
    headers: options.headers,
  });
  const { caFile, clientCertificateFile, clientKeyFile } = options;
  const encodedResource = encodeResource(resource.attributes);
  const delivery = (signal: Signal, url: string, batchItems: number, batchDelayMs: number) =>
    createDelivery({
      signal,
      url,
      batchItems,
      batchDelayMs,
      timeoutMs: options.exportTimeoutMs,
      maxQueueItems: options.maxQueueItems,
      maxQueueBytes: options.maxQueueBytes,
      ...(options.spoolDirectory === undefined
        ? {}
        : {
            spool: {
              directory: spoolOf(options.spoolDirectory, options),
              maxBytes: options.spoolMaxBytes,
              maxAgeMs: options.spoolMaxAgeHours * 3_600_000,
            },
          }),
      resource: encodedResource,
      headers: () => credentials.headers(),
      tlsFiles: { caFile, clientCertificateFile, clientKeyFile },
      clock,
    });

  const { otlpEndpoint, lokiEndpoint } = options;
  const deliveries: Partial<Record<Signal, Delivery>> = {};
  if (options.enableTracing) {
    const url = options.tracesEndpoint ?? `${otlpEndpoint}/v1/traces`;
    deliveries.traces = delivery("traces", url, options.maxTraceExportBatchSize, options.traceExportDelayMs);
  }
  if (options.enableMetrics && options.metricsExport === "push") {
    const url = options.metricsEndpoint ?? `${otlpEndpoint}/v1/metrics`;
    deliveries.metrics = delivery("metrics", url, metricBatchItems, 0);
  }
  if (options.enableLogging) {
    const url = options.logsEndpoint ?? `${lokiEndpoint}/otlp/v1/logs`;
    deliveries.logs = delivery("logs", url, logBatchItems, options.logExportDelayMs);
  }
  return outletsOf(deliveries);
}

function outletsOf(deliveries: Partial<Record<Signal, Delivery>>): Outlets {
  const { traces, metrics, logs } = deliveries;
  const all = Object.values(deliveries);
  return {
    spans: {
      accept(span) {
        try {
          traces?.offer({ scope: span.instrumentationScope, bytes: encodeSpan(span), items: 1 });
        } catch (error) {
          traces?.drop("invalid", 1);
          warnOnce("span", `A span cannot be encoded: ${boundedText(error)}`);
        }
      },
    },
    logs: logSink(logs),
    metrics,
    signals: Object.keys(deliveries) as Signal[],
    drop: (signal, reason, items) => deliveries[signal]?.drop(reason, items),
    counts: (signal) => deliveries[signal]?.counts(),
    reachable: (signal) => deliveries[signal]?.reachable(),
    flush: async (timeoutMs) => {
      await Promise.all(all.map((delivery) => delivery.flush(timeoutMs)));
    },
    shutdown: async (timeoutMs) => {
      await Promise.all(all.map((delivery) => delivery.shutdown(timeoutMs)));
    },
    saveSync: (timeoutMs) => {
      const deadline = performance.now() + timeoutMs;
      for (const delivery of all) delivery.saveSync(deadline - performance.now());
    },
  };
}

/**
 * A folder for each service and tenant: what one process leaves is sent with another's token. The name is short, for sockets
 * lie in it, whose paths are bounded.
 */
function spoolOf(directory: string, { serviceName, tenantId }: ResolvedOptions): string {
  const id = createHash("sha256").update(`${serviceName}\0${tenantId}`).digest("hex").slice(0, 10);
  return join(directory, id);
}

function logSink(logs: Delivery | undefined): LogSink {
  if (!logs) return { accept() {} };
  const sink = new OtlpLogSink(logs, sdkScope);
  return {
    accept(line, level) {
      try {
        sink.accept(line, level);
      } catch (error) {
        logs.drop("invalid", 1);
        warnOnce("log-line", `A log line cannot be encoded: ${boundedText(error)}`);
      }
    },
  };
}
