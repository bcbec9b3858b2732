import * as eks from "@pulumi/aws/eks/index.js";
import * as iam from "@pulumi/aws/iam/index.js";
import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import type { AwsStorageConfig } from "../../config/schema.ts";
import { policyDocument, type Statement } from "./policies.ts";

type Identity = AwsStorageConfig["identity"];

interface ServiceAccount {
  namespace: string;
  serviceAccount: string;
}

interface WorkloadRoleArgs extends ServiceAccount {
  roleName: string;
  identity: Identity;
  /** All that the workload may do. */
  allow: Statement[];
}

/** A role that one service account of one namespace may assume, and nobody else. */
export class WorkloadRole extends ComponentResource {
  /** What the service account must carry; EKS Pod Identity needs nothing. */
  readonly serviceAccountAnnotations: Record<string, Input<string>>;

  constructor(name: string, args: WorkloadRoleArgs, opts?: ComponentResourceOptions) {
    super("autoweave:infra:WorkloadRole", name, {}, opts);
    const { roleName, identity, namespace, serviceAccount } = args;
    const child = { parent: this };

    const role = new iam.Role(
      name,
      { name: roleName, assumeRolePolicy: policyDocument(trust(identity, { namespace, serviceAccount })) },
      child,
    );
    new iam.RolePolicy(`${name}-policy`, { role: role.name, policy: policyDocument(...args.allow) }, child);
    if (identity.kind === "podIdentity") {
      const { clusterName } = identity;
      new eks.PodIdentityAssociation(
        `${name}-association`,
        { clusterName, namespace, serviceAccount, roleArn: role.arn },
        child,
      );
    }
    this.serviceAccountAnnotations =
      identity.kind === "irsa" ? { "eks.amazonaws.com/role-arn": role.arn } : {};
    this.registerOutputs();
  }
}

/** Who may assume the role. */
function trust(identity: Identity, { namespace, serviceAccount }: ServiceAccount): Statement {
  if (identity.kind === "podIdentity") {
    return {
      Effect: "Allow",
      Principal: { Service: "pods.eks.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition: {
        StringEquals: {
          "aws:RequestTag/eks-cluster-name": identity.clusterName,
          "aws:RequestTag/kubernetes-namespace": namespace,
          "aws:RequestTag/kubernetes-service-account": serviceAccount,
        },
      },
    };
  }
  const [, issuer] = identity.oidcProviderArn.split(":oidc-provider/");
  return {
    Effect: "Allow",
    Principal: { Federated: identity.oidcProviderArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
        [`${issuer}:aud`]: "sts.amazonaws.com",
      },
    },
  };
}
