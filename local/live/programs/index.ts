import type { Program } from "../program.ts";
import { alertmanager } from "./alertmanager.ts";
import { collector } from "./collector.ts";
import { demoHub } from "./demo-hub.ts";
import { demoLoad } from "./demo-load.ts";
import { demoRedis } from "./demo-redis.ts";
import { demoWorker } from "./demo-worker.ts";
import { desk } from "./desk.ts";
import { gatewayExporter } from "./gateway-exporter.ts";
import { gateway } from "./gateway.ts";
import { kubeStateMetrics } from "./kube-state-metrics.ts";
import { loki } from "./loki.ts";
import { nodeExporter } from "./node-exporter.ts";
import { objectStore } from "./object-store.ts";
import { postgresql } from "./postgresql.ts";
import { promLabelProxy } from "./prom-label-proxy.ts";
import { prometheusOperator } from "./prometheus-operator.ts";
import { longTermPrometheus, prometheus } from "./prometheus.ts";
import { redisExporter } from "./redis-exporter.ts";
import { redis } from "./redis.ts";
import { tempo } from "./tempo.ts";

/** The programs of the live stack, each after those that it starts after. */
export const programs: readonly Program[] = [
  desk,
  objectStore,
  postgresql,
  redis,
  demoRedis,
  redisExporter,
  nodeExporter,
  kubeStateMetrics,
  prometheusOperator,
  alertmanager,
  longTermPrometheus,
  prometheus,
  loki,
  tempo,
  promLabelProxy,
  collector,
  gateway,
  gatewayExporter,
  demoHub,
  demoWorker,
  demoLoad,
];
