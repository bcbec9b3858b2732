import { ApiServer } from "../../local/api-server.ts";
import { ControlPlane } from "../../local/control-plane.ts";
import { crdsOf } from "../../local/crds.ts";
import { Services, waitUntil } from "../../local/processes.ts";
import type { Registered } from "./deploy.ts";
import { temporaryFolder } from "./program.ts";

interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/** What Pulumi's engine wraps a secret value in. */
const secretSignature = "4dabf18193072939515e22adb298388d";

/** A real Kubernetes control plane of a test's own: everything but nodes. */
export class TestCluster {
  readonly kubeconfig: string;
  readonly #folder = temporaryFolder();
  readonly #plane = new ControlPlane(this.#folder.path);
  readonly #paths = new Map<string, string>();
  #api: ApiServer | undefined;

  constructor() {
    this.kubeconfig = this.#plane.kubeconfig;
  }

  /** Starts it, and teaches it the kinds that a chart brings. */
  async start(...charts: string[]): Promise<void> {
    await this.#plane.start();
    this.#api = new ApiServer(this.kubeconfig);
    for (const crd of (await Promise.all(charts.map(crdsOf))).flat()) {
      await this.#server.apply(
        `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd.metadata.name}`,
        crd,
      );
    }
  }

  /** Applies the Kubernetes objects among what a program registered, as strictly as the server can. */
  async applyAll(created: Registered[]): Promise<void> {
    const objects = created
      .filter(({ type }) => type.startsWith("kubernetes:") && !type.includes("helm.sh"))
      .map(({ inputs }) => revealed(inputs) as KubernetesObject)
      .sort((one, other) => rank(one) - rank(other));
    for (const object of objects) await this.#apply(object);
  }

  /** The object at the path once it is there. Throws when it does not come within the time. */
  async await<T>(path: string, timeoutSeconds = 60): Promise<T> {
    let found: T | undefined;
    await waitUntil(async () => {
      const { status, body } = await this.#server.ask("GET", path);
      if (status === 200) found = JSON.parse(body) as T;
      return found !== undefined;
    }, timeoutSeconds);
    if (found === undefined) throw new Error(`${path} did not come within ${timeoutSeconds} s`);
    return found;
  }

  async stop(): Promise<void> {
    this.#api?.close();
    const services = new Services(this.#folder.path);
    for (const name of ["kube-controller-manager", "kube-apiserver", "etcd"]) await services.stop(name);
    this.#folder.remove();
  }

  get #server(): ApiServer {
    if (!this.#api) throw new Error("the cluster has not been started");
    return this.#api;
  }

  async #apply(object: KubernetesObject): Promise<void> {
    const path = `${await this.#pathOf(object)}?fieldManager=test&force=true&fieldValidation=Strict`;
    const { status, body } = await this.#server.ask("PATCH", path, object);
    if (status >= 300) throw new Error(`${object.kind} ${object.metadata.name} was refused: ${body}`);
  }

  async #pathOf({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): Promise<string> {
    const root = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
    const key = `${root}/${kind}`;
    // A kind is served a moment after its definition has been taken.
    await waitUntil(async () => {
      if (!this.#paths.has(key)) await this.#discover(root);
      return this.#paths.has(key);
    }, 30);
    const plural = this.#paths.get(key);
    if (!plural) throw new Error(`the server does not know ${apiVersion} ${kind}`);
    return `${root}/${namespace ? `namespaces/${namespace}/` : ""}${plural}/${name}`;
  }

  async #discover(root: string): Promise<void> {
    const { resources } = await this.await<{ resources: { name: string; kind: string }[] }>(root);
    for (const { name, kind } of resources) {
      if (!name.includes("/")) this.#paths.set(`${root}/${kind}`, name);
    }
  }
}

const order = ["Namespace", "PriorityClass", "ServiceAccount"];

const rank = ({ kind }: KubernetesObject) => (order.includes(kind) ? order.indexOf(kind) : order.length);

/** Plain values in place of Pulumi's wrapped secrets. */
function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value) return revealed((value as unknown as { value: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}
