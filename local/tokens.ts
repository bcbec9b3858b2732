import { join } from "node:path";
import { writeWhole } from "./files.ts";

/** A tenant, as programs outside the cluster use it. */
export interface Tenant {
  id: string;
  /** E.g. `premium`. */
  tier: string;
  /** A file, readable by its owner only, that holds the tenant's token. */
  tokenFile: string;
}

interface TokenSecret {
  metadata: { labels: Record<string, string> };
  data: Record<string, string>;
}

interface TokensOptions {
  /** Lists the objects at a path of the Kubernetes API. */
  list<T>(path: string): Promise<T[]>;
  stack: string;
  namespace: string;
  /** The environment's. */
  folder: string;
}

/** The tenants of a deployed stack, each with a file that now holds its token. */
export async function writeTokens({ list, stack, namespace, folder }: TokensOptions): Promise<Tenant[]> {
  const secrets = await list<TokenSecret>(
    `/api/v1/namespaces/${namespace}/secrets?labelSelector=autoweave.com%2Ftenant`,
  );
  return secrets.map(({ metadata: { labels }, data }) => {
    const id = labels["autoweave.com/tenant"] ?? "";
    const tokenFile = join(folder, "tokens", stack, id);
    writeWhole(tokenFile, Buffer.from(data["token"] ?? "", "base64").toString(), 0o600);
    return { id, tier: labels["autoweave.com/tier"] ?? "", tokenFile };
  });
}
