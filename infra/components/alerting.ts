import * as k8s from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { stringify } from "yaml";
import {
  alertmanagerConfig,
  alertmanagerConfigSecret,
  alertmanagerSpec,
  receiverSecrets,
} from "../backends/alertmanager.ts";
import { prometheusRule, rulesOf } from "../backends/rules.ts";
import type { StackConfig } from "../config/schema.ts";
import { credential } from "./credentials.ts";
import { operated } from "./operated.ts";

/** The rules that raise alerts, and the Alertmanager that brings them to whom they concern. */
export class Alerting extends ComponentResource {
  constructor(name: string, { stack }: { stack: StackConfig }, opts?: ComponentResourceOptions) {
    super("autoweave:infra:Alerting", name, {}, opts);
    const child = { parent: this };
    const { namespace } = stack;

    for (const { name, key, source } of receiverSecrets(stack)) {
      credential(name, { namespace, key, source }, child);
    }
    const config = new k8s.core.v1.Secret(
      alertmanagerConfigSecret.name,
      {
        metadata: { name: alertmanagerConfigSecret.name, namespace },
        stringData: { [alertmanagerConfigSecret.key]: stringify(alertmanagerConfig(stack)) },
      },
      child,
    );
    operated("alertmanager", { stack, spec: alertmanagerSpec(stack) }, { parent: this, dependsOn: config });

    for (const group of rulesOf(stack)) {
      new k8s.apiextensions.CustomResource(
        `${name}-${group.name}-rules`,
        {
          apiVersion: "monitoring.coreos.com/v1",
          kind: "PrometheusRule",
          ...prometheusRule(group, namespace),
        },
        child,
      );
    }
    this.registerOutputs();
  }
}
