import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { release } from "../charts.ts";
import type { StackConfig } from "../config/schema.ts";
import { sizesOf } from "../sizes.ts";
import { workloads } from "../topology.ts";
import { disruptionBudget } from "./disruption.ts";
import { barmanPluginRights, grant, prometheusOperatorRights } from "./operators/rbac.ts";
import * as values from "./operators/values.ts";

/**
 * The operators that turn the stack's custom resources into workloads.
 *
 * All of them run in the stack's own namespace, under its Pod Security, quota and network policies. They watch that
 * namespace only, but for cert-manager, which serves the whole cluster by design and needs its Secrets for that:
 * a cluster that has a cert-manager keeps its own (`operators.certManager: false`).
 */
export class Operators extends ComponentResource {
  constructor(name: string, { stack }: { stack: StackConfig }, opts?: ComponentResourceOptions) {
    super("autoweave:infra:Operators", name, {}, opts);
    const child = { parent: this };
    const { namespace, protect, postgresql, operators } = stack;

    const crds = release(
      "prometheus-operator-crds",
      { chart: "prometheus-operator-crds", namespace, values: values.prometheusCrds(stack) },
      { ...child, protect },
    );
    const certManager = operators.certManager
      ? [
          release(
            "cert-manager",
            { chart: "cert-manager", namespace, values: values.certManager(stack) },
            { ...child, protect },
          ),
        ]
      : [];

    const prometheusRights = grant(
      "prometheus-operator",
      { namespace, serviceAccount: "kube-prometheus-stack-operator", ...prometheusOperatorRights },
      child,
    );
    release(
      "kube-prometheus-stack",
      { chart: "kube-prometheus-stack", namespace, values: values.kubePrometheusStack(stack) },
      { ...child, dependsOn: [crds, ...certManager, ...prometheusRights] },
    );

    if (postgresql.kind === "cluster" && operators.cloudNativePg) {
      this.installCloudNativePg(stack, certManager);
    }
    this.registerOutputs();
  }

  private installCloudNativePg(stack: StackConfig, certManager: ReturnType<typeof release>[]) {
    const { namespace } = stack;
    const child = { parent: this };
    const operator = release(
      "cloudnative-pg",
      { chart: "cloudnative-pg", namespace, values: values.cloudNativePg(stack) },
      { ...child, protect: stack.protect },
    );
    disruptionBudget(
      "cloudnative-pg",
      {
        namespace,
        labels: workloads.cloudNativePg.labels,
        replicas: sizesOf(stack).cloudNativePg.replicas,
      },
      child,
    );
    const rights = grant(
      "barman-plugin",
      { namespace, serviceAccount: "plugin-barman-cloud", ...barmanPluginRights },
      child,
    );
    release(
      "plugin-barman-cloud",
      { chart: "plugin-barman-cloud", namespace, values: values.barmanPlugin(stack) },
      { ...child, dependsOn: [operator, ...certManager, ...rights] },
    );
  }
}
