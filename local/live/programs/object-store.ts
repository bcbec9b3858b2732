import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { CloudAccess } from "../../cloud.ts";
import { run } from "../../run.ts";
import { ensureTools } from "../../tools/build.ts";
import { ownSecret } from "../own-secret.ts";
import { answers, type Context, type Program } from "../program.ts";

interface LokiValues {
  loki: { structuredConfig: { storage_config: { object_store: { s3: { region: string } } } } };
}

const name = "object-store";
const healthPath = "/health";

/**
 * An S3 server with the deployed buckets: each a folder, each object a file in it.
 *
 * An object is written aside and gets its name when it is whole: whatever is killed meanwhile, a reader finds the former
 * content, the new one or none. The server leaves it to the kernel when the disk has it: an acknowledged object outlives
 * every process of this machine, not a power cut.
 */
export const objectStore: Program = {
  name,
  after: [],
  ports: ["http"],
  prepare: async (context) => {
    const { endpoint, region, accessKeyId, secretAccessKey } = objectStoreAccess(context);
    const buckets = join(context.folder(name), "buckets");
    for (const bucket of Object.values(context.deployed.buckets))
      mkdirSync(join(buckets, bucket), { recursive: true });
    return {
      command: (await ensureTools(["versitygw"])).versitygw,
      args: [
        `--port=${context.at("object-store-http")}`,
        `--region=${region}`,
        `--health=${healthPath}`,
        "--quiet",
        "posix",
        ...(await metadataFlags(context.folder(name))),
        buckets,
      ],
      env: { ROOT_ACCESS_KEY_ID: accessKeyId, ROOT_SECRET_ACCESS_KEY: secretAccessKey },
      isReady: () => answers(endpoint + healthPath),
    };
  },
};

/** How to reach the buckets, path-style. Signatures are for the region that the deployed backends name. */
export function objectStoreAccess({ deployed, at, folder }: Context): CloudAccess & { region: string } {
  const { loki } = deployed.release("loki") as unknown as LokiValues;
  return {
    endpoint: `http://${at("object-store-http")}`,
    region: loki.structuredConfig.storage_config.object_store.s3.region,
    accessKeyId: "autoweave",
    secretAccessKey: ownSecret(folder(name), "secret-access-key"),
  };
}

/** The access as the environment that AWS's SDKs and the backends read. */
export function objectStoreEnvironment(context: Context): NodeJS.ProcessEnv {
  const { accessKeyId, secretAccessKey } = objectStoreAccess(context);
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

/**
 * Where an object's type and checksum are kept: in extended attributes of its file, so that they appear together with its
 * content; in files of their own where the file system has no such attributes.
 */
async function metadataFlags(folder: string): Promise<string[]> {
  if (await hasAttributes(folder)) return [];
  const metadata = join(folder, "metadata");
  mkdirSync(metadata, { recursive: true });
  return [`--sidecar=${metadata}`];
}

const setAndRemove =
  "import os, sys; os.setxattr(sys.argv[1], 'user.probe', b''); os.removexattr(sys.argv[1], 'user.probe')";

/** Node has no such call; Python is here because the AWS API is written in it. */
const hasAttributes = async (folder: string): Promise<boolean> =>
  (await run("python3", ["-c", setAndRemove, folder])).code === 0;
