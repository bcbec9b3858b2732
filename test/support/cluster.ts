import { ApiServer } from "../../local/api-server.ts";
import { ControlPlane } from "../../local/control-plane.ts";
import { crdsOf } from "../../local/crds.ts";
import { Services, waitUntil } from "../../local/processes.ts";
import { Objects, referenceOf } from "../../local/providers/kubernetes/objects.ts";
import type { Properties } from "../../local/providers/values.ts";
import type { Registered } from "./deploy.ts";
import { temporaryFolder } from "./program.ts";

/** What Pulumi's engine wraps a secret value in. */
const secretSignature = "4dabf18193072939515e22adb298388d";

/** A real Kubernetes control plane of a test's own: everything but nodes. */
export class TestCluster {
  readonly kubeconfig: string;
  readonly #folder = temporaryFolder();
  readonly #plane = new ControlPlane(this.#folder.path);
  #client: { api: ApiServer; objects: Objects } | undefined;

  constructor() {
    this.kubeconfig = this.#plane.kubeconfig;
  }

  /** Starts it, and teaches it the kinds that a chart brings. */
  async start(...charts: string[]): Promise<void> {
    await this.#plane.start();
    const api = new ApiServer(this.kubeconfig);
    const objects = new Objects(api);
    this.#client = { api, objects };
    const crds = (await Promise.all(charts.map(crdsOf))).flat();
    await Promise.all(crds.map((crd) => this.#apply(crd)));
    const inTime = AbortSignal.timeout(60_000);
    await Promise.all(crds.map((crd) => objects.established(referenceOf(crd), inTime)));
  }

  /** Applies the Kubernetes objects among what a program registered, as strictly as the server can. */
  async applyAll(created: Registered[]): Promise<void> {
    const objects = created
      .filter(({ type }) => type.startsWith("kubernetes:") && !type.includes("helm.sh"))
      .map(({ inputs }) => revealed(inputs) as Properties)
      .sort((one, other) => rank(one) - rank(other));
    for (const object of objects) await this.#apply(object);
  }

  /** The object at the path once it is there. Throws when it does not come within the time. */
  async await<T>(path: string, timeoutSeconds = 60): Promise<T> {
    let found: T | undefined;
    await waitUntil(async () => {
      found = await this.#running.api.get<T>(path);
      return found !== undefined;
    }, timeoutSeconds);
    if (found === undefined) throw new Error(`${path} did not come within ${timeoutSeconds} s`);
    return found;
  }

  async stop(): Promise<void> {
    await this.#client?.api.close();
    const services = new Services(this.#folder.path);
    for (const name of ["kube-controller-manager", "kube-apiserver", "etcd"]) await services.stop(name);
    this.#folder.remove();
  }

  get #running() {
    if (!this.#client) throw new Error("the cluster has not been started");
    return this.#client;
  }

  async #apply(object: Properties): Promise<void> {
    await this.#running.objects.apply(object, "test", { dryRun: false });
  }
}

const order = ["Namespace", "PriorityClass", "ServiceAccount"];

const rank = ({ kind }: Properties) =>
  order.includes(String(kind)) ? order.indexOf(String(kind)) : order.length;

/** Plain values in place of Pulumi's wrapped secrets. */
function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value) return revealed((value as unknown as { value: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}
