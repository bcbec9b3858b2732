import * as k8s from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions, type CustomResourceOptions } from "@pulumi/pulumi";
import { certificateSpec, issuerOf, issuerReference } from "../backends/certificates.ts";
import {
  entryAnnotations,
  httpRoutes,
  ingressAnnotations,
  ingressSpec,
  referenceGrantSpec,
} from "../backends/routes.ts";
import type { StackConfig } from "../config/schema.ts";
import { names } from "../topology.ts";

type GatewayRoute = Extract<StackConfig["entry"]["route"], { kind: "gateway" }>;

/** The way in from outside: three hosts, by TLS alone. Tempo's and Loki's lead to the tenants' gateway. */
export class Entry extends ComponentResource {
  constructor(name: string, { stack }: { stack: StackConfig }, opts?: ComponentResourceOptions) {
    super("autoweave:infra:Entry", name, {}, opts);
    const child = { parent: this };

    const issuer = this.issuer(name, stack, child);
    new k8s.apiextensions.CustomResource(
      `${name}-certificate`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: names.entryCertificate, namespace: stack.namespace },
        spec: certificateSpec(stack),
      },
      { parent: this, dependsOn: issuer },
    );

    const { route } = stack.entry;
    if (route.kind === "ingress") this.ingress(name, stack, child);
    else this.gatewayRoutes(name, stack, route, child);
    this.registerOutputs();
  }

  private issuer(name: string, stack: StackConfig, child: CustomResourceOptions) {
    const spec = issuerOf(stack);
    if (!spec) return [];
    const { kind, name: issuerName } = issuerReference(stack);
    const namespace = kind === "Issuer" ? { namespace: stack.namespace } : {};
    return [
      new k8s.apiextensions.CustomResource(
        `${name}-issuer`,
        { apiVersion: "cert-manager.io/v1", kind, metadata: { name: issuerName, ...namespace }, spec },
        child,
      ),
    ];
  }

  private ingress(name: string, stack: StackConfig, child: CustomResourceOptions) {
    new k8s.networking.v1.Ingress(
      `${name}-ingress`,
      {
        metadata: {
          name: "entry",
          namespace: stack.namespace,
          annotations: { ...ingressAnnotations(stack), ...entryAnnotations(stack) },
        },
        spec: ingressSpec(stack),
      },
      child,
    );
  }

  private gatewayRoutes(name: string, stack: StackConfig, route: GatewayRoute, child: CustomResourceOptions) {
    const { namespace } = stack;
    for (const [role, spec] of Object.entries(httpRoutes(stack, route))) {
      new k8s.apiextensions.CustomResource(
        `${name}-${role}-route`,
        {
          apiVersion: "gateway.networking.k8s.io/v1",
          kind: "HTTPRoute",
          metadata: { name: role, namespace, annotations: entryAnnotations(stack) },
          spec,
        },
        child,
      );
    }
    new k8s.apiextensions.CustomResource(
      `${name}-certificate-grant`,
      {
        apiVersion: "gateway.networking.k8s.io/v1beta1",
        kind: "ReferenceGrant",
        metadata: { name: names.entryCertificate, namespace },
        spec: referenceGrantSpec(route),
      },
      child,
    );
  }
}
