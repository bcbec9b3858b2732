import * as k8s from "@pulumi/kubernetes";
import { iam, kms, s3 } from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

// What test/e2e/providers.test.ts deploys: a little of everything that the providers treat apart.
const config = new pulumi.Config();
const password = config.requireSecret("password");
const color = config.get("color") ?? "blue";

const namespace = new k8s.core.v1.Namespace("room", { metadata: { name: "room" } }).metadata.name;
new k8s.core.v1.ConfigMap("autonamed", { metadata: { namespace }, data: { color } });
new k8s.core.v1.Secret("login", { metadata: { name: "login", namespace }, stringData: { password } });
const labels = { app: "web" };
new k8s.apps.v1.Deployment("web", {
  metadata: { name: "web", namespace },
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        containers: [
          {
            name: "web",
            image: "web:1",
            resources: { requests: { memory: "1024Mi" } },
            ...(config.getBoolean("misspelt") && { imagePullPolice: "Always" }),
          },
        ],
      },
    },
  },
});
new k8s.rbac.v1.RoleBinding("reader", {
  metadata: { name: "reader", namespace },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: `role-of-${color}` },
  subjects: [{ kind: "ServiceAccount", name: "default", namespace }],
});
const release = new k8s.helm.v3.Release("widgets", {
  name: "widgets",
  chart: "oci://127.0.0.1:1/charts/widgets",
  version: "1.0.0",
  namespace,
  values: { password },
});
new k8s.apiextensions.CustomResource(
  "widget",
  {
    apiVersion: "test.example/v1",
    kind: "Widget",
    metadata: { name: "w", namespace },
    spec: { token: password },
  },
  { dependsOn: release },
);

const key = new kms.Key("key", { enableKeyRotation: true, multiRegion: true });
new kms.Alias("alias", { name: "alias/providers-test", targetKeyId: key.keyId });
const bucket = new s3.Bucket("data", { bucket: "providers-test-data", tags: { color } });
new s3.BucketServerSideEncryptionConfiguration("encryption", {
  bucket: bucket.bucket,
  rules: [
    {
      applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
      bucketKeyEnabled: true,
    },
  ],
});
new s3.BucketVersioning("versioning", {
  bucket: bucket.bucket,
  versioningConfiguration: { status: "Enabled" },
});
const role = new iam.Role("writer", {
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sts:AssumeRole" }],
  }),
});
new iam.RolePolicy("writer", {
  role: role.name,
  policy: bucket.arn.apply((arn) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: `${arn}/*` }],
    }),
  ),
});
