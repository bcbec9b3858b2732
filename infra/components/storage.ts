import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { StackConfig } from "../config/schema.ts";
import type { StoreAccess, StoreWorkload } from "../store-access.ts";
import { AwsStorage } from "./storage/aws.ts";
import { staticAccess } from "./storage/s3.ts";

/**
 * Object storage of the platform, and how each workload gets at it. `objectStoreOf` names the buckets.
 *
 * On AWS buckets, keys and roles are made here. On an S3-compatible server the buckets exist, as does whatever encrypts
 * and protects them: such servers share neither KMS nor IAM nor most bucket settings, so only the keys are passed on.
 */
export class Storage extends ComponentResource {
  readonly accessFor: (workload: StoreWorkload) => StoreAccess;

  constructor(name: string, { stack }: { stack: StackConfig }, opts?: ComponentResourceOptions) {
    super("autoweave:infra:Storage", name, {}, opts);
    const child = { parent: this };
    const { storage, namespace } = stack;
    if (storage.kind === "aws") {
      const { access } = new AwsStorage(name, { stack, storage }, child);
      this.accessFor = (workload) => access[workload];
    } else {
      const access = staticAccess("object-store", { namespace, storage }, child);
      this.accessFor = () => access;
    }
    this.registerOutputs();
  }
}
