import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { AwsStorageConfig, StackConfig } from "../../config/schema.ts";
import { type BucketPurpose, databaseBackupPrefix, objectStoreOf } from "../../object-store.ts";
import { names } from "../../topology.ts";
import type { StoreAccess, StoreWorkload } from "../../store-access.ts";
import { accountOf } from "./account.ts";
import { WorkloadRole } from "./identity.ts";
import { objectsOf, type Statement } from "./policies.ts";
import { Replication } from "./replication.ts";
import { type DataPurpose, Site } from "./site.ts";

const readWriteDelete = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];

interface Permission {
  purpose: DataPurpose;
  /** On objects; listing the bucket and using its key follow from it. */
  actions: string[];
  /** Only under this prefix. Default: the whole bucket. */
  prefix?: string;
}

/** What each workload does with its objects. */
const permissions: Record<StoreWorkload, Permission> = {
  loki: { purpose: "logs", actions: readWriteDelete },
  tempo: {
    purpose: "traces",
    actions: [...readWriteDelete, "s3:GetObjectTagging", "s3:PutObjectTagging"],
  },
  database: {
    purpose: "backups",
    actions: [...readWriteDelete, "s3:AbortMultipartUpload"],
    prefix: databaseBackupPrefix,
  },
};

/** Buckets on AWS, a copy of them in the recovery region if there is one, and a role for each workload that uses them. */
export class AwsStorage extends ComponentResource {
  readonly access: Record<StoreWorkload, StoreAccess>;

  constructor(
    name: string,
    { stack, storage }: { stack: StackConfig; storage: AwsStorageConfig },
    opts?: ComponentResourceOptions,
  ) {
    super("autoweave:infra:AwsStorage", name, {}, opts);
    const child = { parent: this };
    const { region, drRegion, identity } = storage;
    const { bucket: bucketName } = objectStoreOf(stack);
    const roleName = (role: string) => `${storage.bucketPrefix}-${role}-${storage.bucketSuffix}`;
    const account = accountOf(this);

    const main = new Site(name, { stack, storage, region, account, bucketName }, child);
    if (drRegion) {
      const replicaName = (purpose: BucketPurpose) => `${bucketName(purpose)}-${drRegion}`;
      const copy = { stack, storage, region: drRegion, account, bucketName: replicaName };
      const destination = new Site(`${name}-copy`, copy, child);
      const replication = { roleName: roleName("replication"), region, source: main, destination };
      new Replication(`${name}-replication`, replication, child);
    }

    const allow = ({ purpose, actions, prefix }: Permission): Statement[] => {
      const { arn } = main.buckets[purpose];
      return [
        // Not limited to the prefix: whether the bucket exists is asked for by this right, without one.
        { Effect: "Allow", Action: "s3:ListBucket", Resource: arn },
        { Effect: "Allow", Action: actions, Resource: objectsOf(arn, prefix) },
        { Effect: "Allow", Action: ["kms:GenerateDataKey", "kms:Decrypt"], Resource: main.key.arn },
      ];
    };
    const accessOf = (workload: StoreWorkload): StoreAccess => {
      const role = new WorkloadRole(
        `${name}-${workload}`,
        {
          roleName: roleName(workload),
          identity,
          namespace: stack.namespace,
          serviceAccount: names[workload],
          allow: allow(permissions[workload]),
        },
        child,
      );
      return { serviceAccountAnnotations: role.serviceAccountAnnotations };
    };
    this.access = { loki: accessOf("loki"), tempo: accessOf("tempo"), database: accessOf("database") };
    this.registerOutputs();
  }
}
