import type { ICertificate } from "@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate";
import type { IIssuer } from "@kubernetes-models/cert-manager/cert-manager.io/v1/Issuer";
import type { StackConfig } from "../config/schema.ts";
import { hostsOf, names } from "../topology.ts";

/** Of the challenge's Service. Unless told, cert-manager opens a port on every node, which the namespace's quota forbids. */
const serviceType = "ClusterIP" as const;

/** The issuer's specification; undefined when the cluster has it already. */
export function issuerOf({ entry }: StackConfig): IIssuer["spec"] | undefined {
  const { issuer, route } = entry;
  if (issuer.kind === "existing") return undefined;
  if (issuer.kind === "selfSigned") return { selfSigned: {} };
  if (issuer.kind === "ca") return { ca: { secretName: issuer.secretName } };
  const solver =
    route.kind === "ingress"
      ? { ingress: { serviceType, ingressClassName: route.className } }
      : {
          gatewayHTTPRoute: {
            serviceType,
            parentRefs: [{ name: route.gatewayName, namespace: route.gatewayNamespace, kind: "Gateway" }],
          },
        };
  return {
    acme: {
      email: issuer.email,
      server: issuer.server,
      privateKeySecretRef: { name: "acme-account" },
      solvers: [{ http01: solver }],
    },
  };
}

/** Who issues the certificate. A cluster-wide issuer of ours bears the namespace's name, for a cluster may hold two stacks. */
export function issuerReference({ entry: { issuer }, namespace }: StackConfig) {
  const kind = issuer.clusterScoped ? "ClusterIssuer" : "Issuer";
  if (issuer.kind === "existing") return { kind, name: issuer.name };
  return { kind, name: issuer.clusterScoped ? `${namespace}-entry` : "entry" };
}

/** One certificate for all hosts, with a new key at each renewal. */
export const certificateSpec = (stack: StackConfig) =>
  ({
    secretName: names.entryCertificate,
    dnsNames: Object.values(hostsOf(stack)),
    duration: "2160h0m0s",
    renewBefore: "720h0m0s",
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    usages: ["digital signature", "server auth"],
    issuerRef: { group: "cert-manager.io", ...issuerReference(stack) },
  }) satisfies ICertificate["spec"];
