import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";

/** What the current context of a kubeconfig says about its API server. */
export interface Cluster {
  server: string;
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  token?: string;
}

interface Kubeconfig {
  "current-context": string;
  contexts: { name: string; context: { cluster: string; user: string } }[];
  clusters: { name: string; cluster: Record<string, string> }[];
  users: { name: string; user: Record<string, string> }[];
}

/** @throws Error when the file lacks what its current context names */
export async function readKubeconfig(file: string): Promise<Cluster> {
  const config = parse(await readFile(file, "utf8")) as Kubeconfig;
  const context = config.contexts.find(({ name }) => name === config["current-context"])?.context;
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users.find(({ name }) => name === context?.user)?.user;
  if (!cluster?.["server"] || !user) {
    throw new Error(
      `${file} has no cluster and user for its current context "${config["current-context"]}".`,
    );
  }
  const material = async (entries: Record<string, string>, key: string): Promise<Buffer | undefined> => {
    const data = entries[`${key}-data`];
    if (data) return Buffer.from(data, "base64");
    const named = entries[key];
    return named ? readFile(path.resolve(path.dirname(file), named)) : undefined;
  };
  const ca = await material(cluster, "certificate-authority");
  const cert = await material(user, "client-certificate");
  const key = await material(user, "client-key");
  return {
    server: cluster["server"],
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(user["token"] && { token: user["token"] }),
  };
}
