import * as k8s from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { stringify } from "yaml";
import { kubeletScrapes, monitors } from "../backends/monitors.ts";
import {
  longTermAlertmanagerConfigs,
  longTermAlertmanagers,
  longTermPrometheusSpec,
  prometheusSpec,
} from "../backends/prometheus.ts";
import { promLabelProxyValues } from "../backends/prom-label-proxy.ts";
import { release } from "../charts.ts";
import type { StackConfig } from "../config/schema.ts";
import { names, operatedName } from "../topology.ts";
import { operated } from "./operated.ts";
import { serviceAccount } from "./service-account.ts";

/** Prometheus twice: one that scrapes and keeps days, a small one that keeps the recorded series; and what is scraped. */
export class Metrics extends ComponentResource {
  constructor(name: string, { stack }: { stack: StackConfig }, opts?: ComponentResourceOptions) {
    super("autoweave:infra:Metrics", name, {}, opts);
    const child = { parent: this };
    const { namespace } = stack;

    const discovery = this.discovery(name, namespace);
    const alertmanagers = new k8s.core.v1.Secret(
      `${name}-long-term-alertmanagers`,
      {
        metadata: { name: longTermAlertmanagers.name, namespace },
        stringData: { [longTermAlertmanagers.key]: stringify(longTermAlertmanagerConfigs(stack)) },
      },
      child,
    );
    operated(
      "prometheus",
      { stack, spec: prometheusSpec(stack), sticky: true },
      { parent: this, dependsOn: discovery },
    );
    operated(
      "longTermPrometheus",
      { stack, spec: longTermPrometheusSpec(stack), sticky: true },
      { parent: this, dependsOn: alertmanagers },
    );

    for (const monitor of monitors(stack)) {
      new k8s.apiextensions.CustomResource(
        `${name}-${monitor.name}-monitor`,
        {
          apiVersion: "monitoring.coreos.com/v1",
          kind: "PodMonitor",
          metadata: { name: monitor.name, namespace },
          spec: monitor.spec,
        },
        child,
      );
    }

    for (const scrape of kubeletScrapes) {
      new k8s.apiextensions.CustomResource(
        `${name}-${scrape.name}-scrape`,
        {
          apiVersion: "monitoring.coreos.com/v1alpha1",
          kind: "ScrapeConfig",
          metadata: { name: scrape.name, namespace },
          spec: scrape.spec,
        },
        child,
      );
    }

    // The chart's own account would get a token that the proxy has no use for.
    const account = serviceAccount(names.promLabelProxy, namespace, child);
    release(
      names.promLabelProxy,
      { chart: "prom-label-proxy", namespace, values: promLabelProxyValues(stack) },
      { parent: this, dependsOn: account },
    );
    this.registerOutputs();
  }

  /** What Prometheus may see: pods, services, nodes and the kubelets' metrics; no Secret, no ConfigMap. */
  private discovery(name: string, namespace: string) {
    const child = { parent: this };
    // Cluster-wide names: two stacks may share a cluster.
    const metadata = { name: `${namespace}-prometheus` };
    const role = new k8s.rbac.v1.ClusterRole(
      `${name}-discovery`,
      {
        metadata,
        rules: [
          { apiGroups: [""], resources: ["pods", "services", "nodes"], verbs: ["get", "list", "watch"] },
          {
            apiGroups: ["discovery.k8s.io"],
            resources: ["endpointslices"],
            verbs: ["get", "list", "watch"],
          },
          { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
        ],
      },
      child,
    );
    return new k8s.rbac.v1.ClusterRoleBinding(
      `${name}-discovery`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: operatedName("prometheus"), namespace }],
      },
      child,
    );
  }
}
