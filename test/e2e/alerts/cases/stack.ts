import type { RuleCase } from "../../../support/promtool.ts";
import { alertingCases } from "./alerting.ts";
import { queueCases, tenantCases, usbCases } from "./apps.ts";
import { grafanaCases, postgresqlCases, redisCases } from "./grafana.ts";
import { lokiCases, ringCases, tempoCases } from "./stores.ts";
import { clusterCases } from "./cluster.ts";
import { prometheusCases, targetCases } from "./metrics.ts";
import { collectorCases, telemetryCases } from "./telemetry-path.ts";

/** The cases of every alert that is no promise's, by the group of its rules. */
export const stackCases: Record<string, RuleCase[]> = {
  usb: usbCases,
  queues: queueCases,
  telemetry: telemetryCases,
  tenants: tenantCases,
  alerting: alertingCases,
  targets: targetCases,
  prometheus: prometheusCases,
  collector: collectorCases,
  loki: lokiCases,
  tempo: tempoCases,
  rings: ringCases,
  grafana: grafanaCases,
  postgresql: postgresqlCases,
  redis: redisCases,
  cluster: clusterCases,
};
