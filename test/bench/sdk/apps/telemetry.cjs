/**
 * The same signals by each variant's own means. `BENCH_TELEMETRY`: `none`; `autoweave`: our SDK, which instruments the component;
 * `otel`: a distribution of OpenTelemetry, whose user writes the span, the metrics and the log line himself.
 */
const means = process.env.BENCH_TELEMETRY;

/** Our SDK started, or nothing. */
exports.start = async () => {
  if (means !== "autoweave") return undefined;
  const { initializeObservability } = require("@autoweave/observability");
  const manager = initializeObservability({
    serviceName: "bench",
    serviceVersion: "1.0.0",
    tenantId: "bench",
  });
  await manager.initialize();
  return manager;
};

/** `handle(item)` with a span, a counter, a histogram and a log line, for distributions that do not know the component. */
exports.byHand = ({ name, attributes, labels, message, handle }) => {
  if (means !== "otel") return handle;
  const { metrics, trace, SpanStatusCode } = require("@opentelemetry/api");
  const log = require("pino")();
  const tracer = trace.getTracer("bench");
  const meter = metrics.getMeter("bench");
  const count = meter.createCounter(`${name}.count`);
  const duration = meter.createHistogram(`${name}.duration`, { unit: "s" });
  const finish = (span, item, began, error) => {
    if (error) {
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    }
    const seconds = (performance.now() - began) / 1000;
    count.add(1, { ...labels(item), outcome: error ? "error" : "success" });
    duration.record(seconds, labels(item));
    log.info({ ...attributes(item), tenant_id: "bench" }, message);
    span.end();
  };
  return (item) =>
    tracer.startActiveSpan(name, { attributes: { ...attributes(item), "tenant.id": "bench" } }, (span) => {
      const began = performance.now();
      try {
        const result = handle(item);
        if (typeof result?.then !== "function") {
          finish(span, item, began);
          return result;
        }
        return result.then(
          (value) => {
            finish(span, item, began);
            return value;
          },
          (error) => {
            finish(span, item, began, error);
            throw error;
          },
        );
      } catch (error) {
        finish(span, item, began, error);
        throw error;
      }
    });
};
