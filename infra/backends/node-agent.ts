import type { StackConfig } from "../config/schema.ts";
import { mebibytes } from "../quantities.ts";
import { sizesOf } from "../sizes.ts";
import { names, workloads } from "../topology.ts";
import { retryForever } from "./collector/queue.ts";
import { tenantHeader } from "./tenants.ts";

/** Pods that wear this annotation with the value `otlp` send their logs themselves; their output is left alone. */
const logsAnnotation = "autoweave.com/logs";

/** The agent's folder on its node: how far it has read, and what it has not delivered. */
export const nodeAgentFolder = "/var/lib/autoweave-node-agent";

const { ports } = workloads.nodeAgent;
const mebibyte = 1024 * 1024;

/** The agent on every node: what pods print goes to the Collector, as logs of the default tenant. */
export function nodeAgentConfig(stack: StackConfig) {
  const limitMiB = mebibytes(sizesOf(stack).exporter.resources.limits.memory);
  return {
    extensions: {
      health_check: { endpoint: `0.0.0.0:${ports.health.number}` },
      file_storage: { directory: nodeAgentFolder, create_directory: true, fsync: true, recreate: true },
    },
    receivers: {
      file_log: {
        include: ["/var/log/pods/*/*/*.log"],
        // Its own output would make it read, and print, without end.
        exclude: ["/var/log/pods/*_node-agent-*_*/*/*.log"],
        include_file_path: true,
        include_file_name: false,
        start_at: "end",
        storage: "file_storage",
        retry_on_failure: { enabled: true, max_elapsed_time: "0s" },
        operators: [{ type: "container", id: "container" }],
      },
    },
    processors: {
      memory_limiter: {
        check_interval: "1s",
        limit_mib: Math.floor(limitMiB * 0.8),
        spike_limit_mib: Math.floor(limitMiB * 0.2),
      },
      k8s_attributes: {
        auth_type: "serviceAccount",
        filter: { node_from_env_var: "OTEL_K8S_NODE_NAME" },
        pod_association: [{ sources: [{ from: "resource_attribute", name: "k8s.pod.uid" }] }],
        extract: {
          metadata: ["k8s.namespace.name", "k8s.pod.name", "k8s.node.name", "k8s.deployment.name"],
          labels: [{ tag_name: "service.name", key: "app.kubernetes.io/name", from: "pod" }],
          annotations: [{ tag_name: shipsItself, key: logsAnnotation, from: "pod" }],
        },
      },
      "filter/otlp": {
        error_mode: "propagate",
        logs: { log_record: [`resource.attributes["${shipsItself}"] == "otlp"`] },
      },
      "transform/source": {
        error_mode: "propagate",
        log_statements: [
          {
            context: "resource",
            statements: [
              `set(resource.attributes["service.name"], resource.attributes["k8s.container.name"]) where resource.attributes["service.name"] == nil`,
              `set(resource.attributes["deployment.environment.name"], "${stack.environment}")`,
              `delete_key(resource.attributes, "${shipsItself}")`,
            ],
          },
        ],
      },
    },
    exporters: {
      otlp_grpc: {
        endpoint: `${names.collector}.${stack.namespace}:${workloads.collector.ports.otlpGrpc.number}`,
        tls: { insecure: true },
        headers: { [tenantHeader]: stack.tenantId },
        ...retryForever,
        sending_queue: {
          storage: "file_storage",
          sizer: "bytes",
          queue_size: 256 * mebibyte,
          // A full queue makes the reading wait: the lines stay in their files meanwhile.
          block_on_overflow: true,
          num_consumers: 2,
          batch: { sizer: "bytes", min_size: 256 * 1024, max_size: mebibyte, flush_timeout: "1s" },
        },
      },
    },
    service: {
      extensions: ["health_check", "file_storage"],
      pipelines: {
        logs: {
          receivers: ["file_log"],
          processors: ["memory_limiter", "k8s_attributes", "filter/otlp", "transform/source"],
          exporters: ["otlp_grpc"],
        },
      },
      telemetry: {
        logs: { encoding: "json" },
        metrics: {
          readers: [{ pull: { exporter: { prometheus: { host: "0.0.0.0", port: ports.metrics.number } } } }],
        },
      },
    },
  };
}

const shipsItself = "autoweave.logs";
