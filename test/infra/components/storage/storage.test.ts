import assert from "node:assert/strict";
import * as aws from "@pulumi/aws/provider.js";
import { Storage } from "../../../../infra/components/storage.ts";
import { deploy, type Registered, sharing } from "../../../support/deploy.ts";
import { minimal, production, stackOf } from "../../../support/stacks.ts";

interface Kept {
  protect: boolean | undefined;
  retainOnDelete: boolean | undefined;
}

/** Deploys the storage of a stack, with the provider given explicitly as the program does. */
const storageOf = sharing(async (settings) => {
  const kept = new Map<string, Kept>();
  const created = await deploy(() => {
    const provider = new aws.Provider("aws", { region: "eu-central-1" });
    const remember = ({ name, opts }: { name: string; opts: Partial<Kept> }) => {
      kept.set(name, { protect: opts.protect, retainOnDelete: opts.retainOnDelete });
      return undefined;
    };
    new Storage(
      "storage",
      { stack: stackOf(settings) },
      { providers: [provider], transformations: [remember] },
    );
  });
  const typed = (type: string) => created.filter((resource) => resource.type.endsWith(`:${type}`));
  const named = (name: string) => {
    const found = created.find((resource) => resource.name === name && resource.type.startsWith("aws:"));
    assert.ok(found, `no resource ${name} among ${created.map((resource) => resource.name).join(", ")}`);
    return found.inputs;
  };
  return { created, kept, typed, named };
});

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
  Principal: unknown;
  Condition: unknown;
}
const statements = (policy: unknown) => (JSON.parse(String(policy)) as { Statement: Statement[] }).Statement;
const names = (resources: Registered[]) => resources.map((resource) => resource.inputs.bucket as string);

describe("storage on AWS", () => {
  it("makes the guide's buckets and one for their access logs, with a copy of each in the recovery region", async () => {
    const { typed } = await storageOf({
      ...production,
      storage: { ...production.storage, bucketSuffix: "prod" },
    });
    const buckets = [
      "autoweave-access-logs-prod",
      "autoweave-audit-prod",
      "autoweave-backups-prod",
      "autoweave-logs-prod",
      "autoweave-traces-prod",
    ];
    const copies = buckets.map((bucket) => `${bucket}-eu-west-1`);
    assert.deepEqual(names(typed("Bucket")).sort(), [...buckets, ...copies].sort());
  });

  it("makes no copy when there is no recovery region", async () => {
    const { typed } = await storageOf(minimal);
    assert.equal(typed("Bucket").length, 5);
    assert.deepEqual(typed("BucketReplicationConfig"), []);
  });

  it("gives every bucket the same protections", async () => {
    const { typed } = await storageOf(production);
    const places = (type: string) => typed(type).map(({ inputs }) => `${inputs.region}/${inputs.bucket}`);
    const parts = [
      "BucketOwnershipControls",
      "BucketPublicAccessBlock",
      "BucketPolicy",
      "BucketServerSideEncryptionConfiguration",
      "BucketVersioning",
      "BucketLifecycleConfiguration",
    ];
    for (const part of parts) {
      assert.deepEqual(places(part).sort(), places("Bucket").sort(), part);
    }
  });

  it("blocks public access four ways and lets the bucket's owner own every object", async () => {
    const { typed } = await storageOf(production);
    for (const { inputs } of typed("BucketPublicAccessBlock")) {
      const { blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets } = inputs;
      assert.deepEqual(
        [blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets],
        [true, true, true, true],
      );
    }
    for (const { inputs } of typed("BucketOwnershipControls")) {
      assert.deepEqual(inputs.rule, { objectOwnership: "BucketOwnerEnforced" });
    }
  });

  it("refuses every request without TLS 1.2 to every bucket", async () => {
    const { typed } = await storageOf(production);
    for (const { inputs, name } of typed("BucketPolicy")) {
      const bucket = `arn:aws:mock:::${name.replace(/-policy$/, "")}`;
      const denied = statements(inputs.policy).filter(({ Effect }) => Effect === "Deny");
      const conditions = denied.map(({ Principal, Action, Resource, Condition }) => {
        assert.deepEqual([Principal, Action, Resource], [{ AWS: "*" }, "s3:*", [bucket, `${bucket}/*`]]);
        return Condition;
      });
      assert.deepEqual(conditions, [
        { Bool: { "aws:SecureTransport": "false" } },
        { NumericLessThan: { "s3:TlsVersion": "1.2" } },
      ]);
    }
  });

  it("encrypts data with a rotated customer key of the bucket's own region, and a bucket key", async () => {
    const { typed, named } = await storageOf(production);
    assert.deepEqual(
      typed("Key").map(({ inputs }) => [inputs.region, inputs.enableKeyRotation]),
      [
        ["eu-central-1", true],
        ["eu-west-1", true],
      ],
    );
    assert.deepEqual(named("storage-copy-traces-encryption").rules, [
      {
        applyServerSideEncryptionByDefault: {
          sseAlgorithm: "aws:kms",
          kmsMasterKeyId: "arn:aws:mock:::storage-copy-key",
        },
        bucketKeyEnabled: true,
      },
    ]);
  });

  it("delivers access logs to a bucket of the same region, which no customer key and no lock may guard", async () => {
    const { typed, named } = await storageOf(production);
    assert.deepEqual(
      typed("BucketLogging").map(({ inputs }) => [inputs.bucket, inputs.targetBucket]),
      ["", "-eu-west-1"].flatMap((copy) =>
        ["traces", "logs", "backups", "audit"].map((purpose) => [
          `autoweave-${purpose}-test${copy}`,
          `autoweave-access-logs-test${copy}`,
        ]),
      ),
    );
    assert.deepEqual(named("storage-access-logs-encryption").rules, [
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
    ]);
    assert.equal(named("storage-access-logs").objectLockEnabled, false);
  });

  it("lets the delivery service write access logs of its own buckets only", async () => {
    const { named } = await storageOf(minimal);
    const allowed = statements(named("storage-access-logs-policy").policy).filter(
      ({ Effect }) => Effect === "Allow",
    );
    assert.deepEqual(allowed, [
      {
        Sid: "AccessLogDelivery",
        Effect: "Allow",
        Principal: { Service: "logging.s3.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: "arn:aws:s3:::autoweave-access-logs-test/*",
        Condition: {
          StringEquals: { "aws:SourceAccount": "111122223333" },
          ArnEquals: {
            "aws:SourceArn": ["traces", "logs", "backups", "audit"].map(
              (purpose) => `arn:aws:s3:::autoweave-${purpose}-test`,
            ),
          },
        },
      },
    ]);
  });

  it("locks audit and backups and nothing else, in both regions", async () => {
    const { typed } = await storageOf({
      ...production,
      storage: { ...production.storage, lockMode: "COMPLIANCE", auditLockDays: 400, backupLockDays: 14 },
    });
    const lockOf = (days: number) => ({ defaultRetention: { mode: "COMPLIANCE", days } });
    assert.deepEqual(
      typed("BucketObjectLockConfiguration").map(({ inputs }) => [inputs.bucket, inputs.rule]),
      ["", "-eu-west-1"].flatMap((copy) => [
        [`autoweave-backups-test${copy}`, lockOf(14)],
        [`autoweave-audit-test${copy}`, lockOf(400)],
      ]),
    );
    const locked = typed("Bucket").filter(({ inputs }) => inputs.objectLockEnabled);
    assert.equal(locked.length, 4);
  });

  it("copies every version and delete marker, encrypted again by the copy's own key", async () => {
    const { typed } = await storageOf(production);
    const [traces, ...others] = typed("BucketReplicationConfig");
    assert.equal(others.length, 3);
    assert.deepEqual(traces?.inputs.rules, [
      {
        id: "all",
        priority: 0,
        status: "Enabled",
        filter: { prefix: "" },
        deleteMarkerReplication: { status: "Enabled" },
        sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
        destination: {
          bucket: "arn:aws:mock:::storage-copy-traces",
          encryptionConfiguration: { replicaKmsKeyId: "arn:aws:mock:::storage-copy-key" },
        },
      },
    ]);
  });

  it("protects buckets and keys, and leaves them behind with all that guards them, where the stack says so", async () => {
    const { kept, typed } = await storageOf(production);
    for (const { name } of [...typed("Bucket"), ...typed("Key")]) {
      assert.deepEqual(kept.get(name), { protect: true, retainOnDelete: true }, name);
    }
    for (const { name } of [...typed("BucketPolicy"), ...typed("BucketObjectLockConfiguration")]) {
      assert.equal(kept.get(name)?.retainOnDelete, true, name);
    }
  });

  it("lets go of everything where the stack does not protect", async () => {
    const { kept } = await storageOf(minimal);
    for (const [name, options] of kept) assert.ok(!options.protect && !options.retainOnDelete, name);
  });

  it("gives each workload no more than its own bucket and the key", async () => {
    const { named } = await storageOf(production);
    const rights = (workload: string) =>
      statements(named(`storage-${workload}-policy`).policy).map(({ Action, Resource }) => [
        Action,
        Resource,
      ]);
    const key = [["kms:GenerateDataKey", "kms:Decrypt"], "arn:aws:mock:::storage-key"];
    const objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
    assert.deepEqual(rights("loki"), [
      ["s3:ListBucket", "arn:aws:mock:::storage-logs"],
      [objects, "arn:aws:mock:::storage-logs/*"],
      key,
    ]);
    assert.deepEqual(rights("tempo"), [
      ["s3:ListBucket", "arn:aws:mock:::storage-traces"],
      [[...objects, "s3:GetObjectTagging", "s3:PutObjectTagging"], "arn:aws:mock:::storage-traces/*"],
      key,
    ]);
    assert.deepEqual(rights("database"), [
      ["s3:ListBucket", "arn:aws:mock:::storage-backups"],
      [[...objects, "s3:AbortMultipartUpload"], "arn:aws:mock:::storage-backups/postgresql/*"],
      key,
    ]);
  });

  it("binds a role to its cluster, namespace and service account by EKS Pod Identity", async () => {
    const { named, typed } = await storageOf(production);
    const [trust] = statements(named("storage-loki").assumeRolePolicy);
    assert.deepEqual(trust?.Principal, { Service: "pods.eks.amazonaws.com" });
    assert.deepEqual(trust?.Condition, {
      StringEquals: {
        "aws:RequestTag/eks-cluster-name": "prod",
        "aws:RequestTag/kubernetes-namespace": "autoweave-observability",
        "aws:RequestTag/kubernetes-service-account": "loki-store",
      },
    });
    assert.deepEqual(
      typed("PodIdentityAssociation").map(({ inputs }) => [inputs.clusterName, inputs.serviceAccount]),
      [
        ["prod", "loki-store"],
        ["prod", "tempo-store"],
        ["prod", "grafana-db"],
      ],
    );
  });

  it("binds a role to its namespace and service account by the cluster's OIDC tokens", async () => {
    const issuer = "oidc.eks.eu-central-1.amazonaws.com/id/ABC";
    const oidcProviderArn = `arn:aws:iam::111122223333:oidc-provider/${issuer}`;
    const { named, typed } = await storageOf({
      ...minimal,
      storage: { ...minimal.storage, identity: { kind: "irsa", oidcProviderArn } },
    });
    const [trust] = statements(named("storage-tempo").assumeRolePolicy);
    assert.deepEqual(trust?.Principal, { Federated: oidcProviderArn });
    assert.deepEqual(trust?.Condition, {
      StringEquals: {
        [`${issuer}:sub`]: "system:serviceaccount:autoweave-observability:tempo-store",
        [`${issuer}:aud`]: "sts.amazonaws.com",
      },
    });
    assert.deepEqual(typed("PodIdentityAssociation"), []);
  });

  it("uses the provider that it is given for every resource, in both regions", async () => {
    const { created } = await storageOf(production);
    const managed = created.filter(({ type }) => type.startsWith("aws:"));
    assert.ok(managed.length > 80);
    for (const { name, provider } of managed) assert.match(provider, /::aws::aws-id$/, name);
  });
});

describe("storage on an S3-compatible server", () => {
  const settings = {
    ...minimal,
    storage: {
      kind: "s3",
      endpoint: "http://s3.example.com:9000",
      accessKeyId: "id",
      secretAccessKey: { existingSecret: "mine", key: "secret" },
    },
  };

  it("makes nothing on AWS, only the Secret of the keys that are not in the cluster yet", async () => {
    const { created } = await storageOf(settings);
    const made = created.filter(({ type }) => /^(aws|kubernetes):/.test(type));
    assert.deepEqual(
      made.map(({ name }) => name),
      ["object-store-access-key-id"],
    );
  });

  it("tells every workload where the keys are", async () => {
    await deploy(() => {
      const storage = new Storage("storage", { stack: stackOf(settings) });
      assert.deepEqual(storage.accessFor("loki"), {
        serviceAccountAnnotations: {},
        keys: {
          accessKeyId: { secret: "object-store-access-key-id", key: "AWS_ACCESS_KEY_ID" },
          secretAccessKey: { secret: "mine", key: "secret" },
        },
      });
    });
  });
});
