import type { AwsType } from "../aws-type.ts";

/**
 * Recorded only: the emulated AWS API has no Pod Identity, so the association stands in Pulumi's state and nowhere
 * else. Its id is made of what AWS keeps unique: cluster, namespace and service account.
 */
export const podIdentityAssociation: AwsType = {
  type: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
  inputs: { clusterName: "state", namespace: "state", serviceAccount: "state", roleArn: "state" },

  create: ({ inputs }) =>
    Promise.resolve(
      [inputs["clusterName"], inputs["namespace"], inputs["serviceAccount"]].map(String).join("/"),
    ),
  update: () => Promise.resolve(),
  describe: (_, id) => Promise.resolve({ live: {}, computed: { associationId: id } }),
  remove: () => Promise.resolve(),
};
