import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { ApiServer } from "../api-server.ts";
import { UserError } from "../errors.ts";
import type { Properties } from "../providers/values.ts";

interface Data {
  data?: Record<string, string>;
}

interface DeployedOptions {
  stack: string;
  namespace: string;
  /** In the order of the settings, which begin with the stack's own. */
  tenants: readonly { id: string; tier: string }[];
  /** Names of the buckets by what they hold. */
  buckets: Record<string, string>;
  api: ApiServer;
  /** Folder of the values of every release of the stack, by namespace and name. */
  releases: string;
}

/** What the deployed stack holds, read back from where the update has put it. */
export class Deployed {
  readonly stack: string;
  readonly namespace: string;
  /** In the order of the settings, which begin with the stack's own. */
  readonly tenants: readonly { id: string; tier: string }[];
  /** Names of the buckets by what they hold, e.g. `traces`. */
  readonly buckets: Record<string, string>;
  readonly #api: ApiServer;
  readonly #releases: string;

  constructor({ stack, namespace, tenants, buckets, api, releases }: DeployedOptions) {
    this.stack = stack;
    this.namespace = namespace;
    this.tenants = tenants;
    this.buckets = buckets;
    this.#api = api;
    this.#releases = releases;
  }

  /** The values of a Helm release, whether it was installed or recorded. */
  release(name: string): Properties {
    const file = join(this.#releases, this.namespace, `${name}.yaml`);
    if (!existsSync(file)) throw this.#missing(`the Helm release ${name}`);
    return parse(readFileSync(file, "utf8")) as Properties;
  }

  /** The object at a path of the Kubernetes API. */
  async object<T = Properties>(path: string): Promise<T> {
    const object = await this.#api.get<T>(path);
    if (object === undefined) throw this.#missing(path);
    return object;
  }

  has = async (path: string): Promise<boolean> => (await this.#api.get(path)) !== undefined;

  list = <T = Properties>(path: string): Promise<T[]> => this.#api.list<T>(path);

  /** Deletes what somebody is to write anew. */
  forget = async (path: string): Promise<void> => {
    if (await this.#api.get(path)) await this.#api.call({ method: "DELETE", path });
  };

  /** The fields of a Secret of the stack's namespace. */
  async secret(name: string): Promise<Record<string, string>> {
    return Object.fromEntries(
      Object.entries(await this.secretBytes(name)).map(([key, value]) => [key, value.toString()]),
    );
  }

  /** The same, for what is no text. */
  async secretBytes(name: string): Promise<Record<string, Buffer>> {
    const { data = {} } = await this.object<Data>(this.core(`secrets/${name}`));
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64")]),
    );
  }

  async configMap(name: string): Promise<Record<string, string>> {
    return (await this.object<Data>(this.core(`configmaps/${name}`))).data ?? {};
  }

  /** The path of what the core API has in the stack's namespace. */
  core = (rest: string): string => `/api/v1/namespaces/${this.namespace}/${rest}`;

  /** The path of what another API has there, e.g. `apps/v1`. */
  group = (api: string, rest: string): string => `/apis/${api}/namespaces/${this.namespace}/${rest}`;

  #missing = (what: string) =>
    new UserError(
      `The stack ${this.stack} does not hold ${what}.`,
      `npm start -- --stack ${this.stack} deploys it.`,
    );
}
