import * as k8s from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { StackConfig } from "../config/schema.ts";
import { policiesFor } from "../network-policies.ts";

/** Who may talk to whom inside the stack's namespaces; nothing else gets in or out. */
export class NetworkPolicies extends ComponentResource {
  constructor(name: string, { stack }: { stack: StackConfig }, opts?: ComponentResourceOptions) {
    super("autoweave:infra:NetworkPolicies", name, {}, opts);
    const child = { parent: this };

    for (const policy of policiesFor(stack)) {
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${policy.namespace === stack.namespace ? policy.name : `host-${policy.name}`}`,
        { metadata: { name: policy.name, namespace: policy.namespace }, spec: policy.spec },
        child,
      );
    }
    this.registerOutputs();
  }
}
