import { kebab } from "../../kebab.ts";
import type { Port } from "../../topology.ts";

/** The distribution with all components; the version is the chart's. */
export const collectorImage = { repository: "otel/opentelemetry-collector-contrib" };

/** The chart's ports that nobody uses here. */
const unused = ["jaeger-compact", "jaeger-thrift", "jaeger-grpc", "zipkin", "otlp", "otlp-http"];

/** The pod's and the Service's ports, and none of those that the chart opens of its own accord. */
export const containerPorts = (ports: Record<string, Port>) => ({
  ...Object.fromEntries(unused.map((name) => [name, { enabled: false }])),
  ...Object.fromEntries(
    Object.entries(ports).map(([name, { number }]) => [
      kebab(name),
      { enabled: true, containerPort: number, servicePort: number, protocol: "TCP" },
    ]),
  ),
});
