import * as k8s from "@pulumi/kubernetes";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { AlertmanagerSpec, PrometheusSpec } from "../backends/operated.ts";
import type { StackConfig } from "../config/schema.ts";
import { names, type OperatedWorkload, operatedKinds, operatedName, workloads } from "../topology.ts";
import { disruptionBudget } from "./disruption.ts";
import { serviceAccount } from "./service-account.ts";

interface OperatedArgs {
  stack: StackConfig;
  spec: PrometheusSpec | AlertmanagerSpec;
  /** A client stays with the replica that answered it first: where they differ by some scrapes, no graph jumps. */
  sticky?: boolean;
}

/** A program that the Prometheus operator runs: its resource, which `opts` are of, and what goes with it. */
export function operated(
  workload: OperatedWorkload,
  { stack, spec, sticky = false }: OperatedArgs,
  opts: CustomResourceOptions,
) {
  const { namespace } = stack;
  const { labels, ports } = workloads[workload];
  const name = operatedName(workload);
  const { parent } = opts;
  const child = parent ? { parent } : {};

  serviceAccount(name, namespace, child);
  new k8s.core.v1.Service(
    name,
    {
      metadata: { name, namespace },
      spec: {
        selector: labels,
        ports: [{ name: "http", port: ports.http.number, targetPort: ports.http.number }],
        ...(sticky ? { sessionAffinity: "ClientIP" } : {}),
      },
    },
    child,
  );
  disruptionBudget(name, { namespace, labels, replicas: spec.replicas ?? 1 }, child);
  new k8s.apiextensions.CustomResource(
    name,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: operatedKinds[workload],
      metadata: { name: names[workload], namespace },
      spec,
    },
    opts,
  );
}
