import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { S3StorageConfig } from "../../config/schema.ts";
import { credential } from "../credentials.ts";
import type { StoreAccess } from "../../store-access.ts";

/** The keys of an S3-compatible server, as Secrets of the stack's namespace. */
export function staticAccess(
  name: string,
  { namespace, storage }: { namespace: string; storage: S3StorageConfig },
  opts: CustomResourceOptions,
): StoreAccess {
  const keys = {
    accessKeyId: credential(
      `${name}-access-key-id`,
      { namespace, key: "AWS_ACCESS_KEY_ID", source: storage.accessKeyId },
      opts,
    ),
    secretAccessKey: credential(
      `${name}-secret-access-key`,
      { namespace, key: "AWS_SECRET_ACCESS_KEY", source: storage.secretAccessKey },
      opts,
    ),
  };
  return { serviceAccountAnnotations: {}, keys };
}
