import sdk from "@pulumi/aws/package.json" with { type: "json" };
import type { Provider } from "../provider.ts";
import { awsHandler } from "./aws-type.ts";
import { AwsClients } from "./clients.ts";
import type { AwsOptions } from "./clients.ts";
import { functions } from "./functions.ts";
import { podIdentityAssociation } from "./eks/pod-identity-association.ts";
import { role } from "./iam/role.ts";
import { rolePolicy } from "./iam/role-policy.ts";
import { alias } from "./kms/alias.ts";
import { key } from "./kms/key.ts";
import { replicaKey } from "./kms/replica-key.ts";
import { bucket } from "./s3/bucket.ts";
import { bucketEncryption } from "./s3/bucket-encryption.ts";
import { bucketLifecycle } from "./s3/bucket-lifecycle.ts";
import { bucketLogging } from "./s3/bucket-logging.ts";
import { bucketObjectLock } from "./s3/bucket-object-lock.ts";
import { bucketOwnershipControls } from "./s3/bucket-ownership-controls.ts";
import { bucketPolicy } from "./s3/bucket-policy.ts";
import { bucketPublicAccessBlock } from "./s3/bucket-public-access-block.ts";
import { bucketReplication } from "./s3/bucket-replication.ts";
import { bucketVersioning } from "./s3/bucket-versioning.ts";

const types = [
  alias,
  bucket,
  bucketEncryption,
  bucketLifecycle,
  bucketLogging,
  bucketObjectLock,
  bucketOwnershipControls,
  bucketPolicy,
  bucketPublicAccessBlock,
  bucketReplication,
  bucketVersioning,
  key,
  podIdentityAssociation,
  replicaKey,
  role,
  rolePolicy,
];

/** The AWS resources that the program uses, on an emulated AWS API. */
export function awsProvider(options: AwsOptions): { provider: Provider; close(): void } {
  const clients = new AwsClients(options);
  const handlers = new Map(types.map((type) => [type.type, awsHandler(type, clients)]));
  return {
    provider: {
      name: "aws",
      version: sdk.version,
      handler: (type) => {
        const handler = handlers.get(type);
        if (handler) return handler;
        throw new Error(
          `The embedded environment has no handler for ${type}. Write one as ${fileFor(type)} and list it in local/providers/aws/index.ts.`,
        );
      },
      invoke: (token, args) => {
        const call = functions[token];
        if (call) return call(clients, args);
        throw new Error(
          `The embedded environment has no function ${token}. Add it to local/providers/aws/functions.ts.`,
        );
      },
      configure: ({ region }) => {
        if (typeof region === "string") clients.serve(region);
      },
    },
    close: () => {
      clients.close();
    },
  };
}

/** `aws:s3/bucketAcl:BucketAcl` → `local/providers/aws/s3/bucket-acl.ts` */
function fileFor(type: string): string {
  const name = (type.split(":")[1] ?? "").replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `local/providers/aws/${name}.ts`;
}
