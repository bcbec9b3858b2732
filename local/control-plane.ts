import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ApiServer } from "./api-server.ts";
import { prepareCluster } from "./cluster.ts";
import { writeWhole } from "./files.ts";
import { isFree, Ports } from "./ports.ts";
import { Services } from "./processes.ts";
import { ensureTools } from "./tools/build.ts";

/** What turns declarations into pods, cleans up after deletions, and gives namespaces their accounts and certificates. */
const controllers = [
  "clusterrole-aggregation-controller",
  "cronjob-controller",
  "daemonset-controller",
  "deployment-controller",
  "disruption-controller",
  "garbage-collector-controller",
  "job-controller",
  "namespace-controller",
  "persistentvolumeclaim-protection-controller",
  "persistentvolume-protection-controller",
  "replicaset-controller",
  "resourcequota-controller",
  "root-ca-certificate-publisher-controller",
  "serviceaccount-controller",
  "serviceaccount-token-controller",
  "statefulset-controller",
  "ttl-after-finished-controller",
];

const services = ["etcd", "kube-apiserver", "kube-controller-manager"] as const;

/**
 * A Kubernetes control plane without nodes, on loopback: etcd, the API server with its usual admission, and controllers.
 * Pods are created and judged, and stay pending. Whatever of it runs already is left running.
 */
export class ControlPlane {
  readonly kubeconfig: string;
  readonly #folder: string;
  readonly #services: Services;
  readonly #ports: Ports;

  constructor(environment: string) {
    this.#folder = environment;
    this.kubeconfig = join(environment, "kubeconfig");
    this.#services = new Services(environment);
    this.#ports = new Ports(environment);
  }

  isRunning = (): boolean => services.every((service) => this.#services.running(service));

  /** The API server's address, when it has been started before. */
  get url(): string | undefined {
    const port = this.#ports.known("kube-apiserver");
    return port === undefined ? undefined : `https://127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    if (this.isRunning()) return;
    const tools = await ensureTools(["etcd", "kube-apiserver", "kube-controller-manager"]);
    if (!this.#services.running("etcd")) await this.#startEtcd(tools.etcd);
    if (!this.#services.running("kube-apiserver")) {
      await this.#services.stop("kube-controller-manager");
      await this.#startApiServer(tools["kube-apiserver"]);
    }
    // Before the controllers: when they run, the rest is complete.
    const api = new ApiServer(this.kubeconfig);
    await prepareCluster(api).finally(() => api.close());
    if (!this.#services.running("kube-controller-manager")) {
      await this.#startControllers(tools["kube-controller-manager"]);
    }
  }

  async #startEtcd(command: string): Promise<void> {
    const client = await this.#ports.claim("etcd");
    const peer = await this.#ports.claim("etcd-peer");
    const clientUrl = `http://127.0.0.1:${client}`;
    const peerUrl = `http://127.0.0.1:${peer}`;
    await this.#services.start("etcd", {
      command,
      args: [
        `--data-dir=${join(this.#folder, "etcd")}`,
        `--listen-client-urls=${clientUrl}`,
        `--advertise-client-urls=${clientUrl}`,
        `--listen-peer-urls=${peerUrl}`,
        `--initial-advertise-peer-urls=${peerUrl}`,
        `--initial-cluster=default=${peerUrl}`,
        // Outlives a killed process, not a power cut: enough for an environment that a command makes again.
        "--unsafe-no-fsync",
        "--log-level=warn",
      ],
      isReady: async () => (await fetch(`${clientUrl}/health`)).ok,
    });
  }

  async #startApiServer(command: string): Promise<void> {
    const port = await this.#ports.claim("kube-apiserver");
    const certificates = join(this.#folder, "certificates");
    // The server makes itself a certificate of a year when there is none: a new one per start never expires.
    rmSync(certificates, { recursive: true, force: true });
    mkdirSync(certificates, { recursive: true, mode: 0o700 });
    const tokens = this.#tokens();
    writeWhole(
      join(certificates, "tokens.csv"),
      `${tokens.admin},admin,admin,system:masters\n${tokens.controllers},system:kube-controller-manager,controllers\n`,
      0o600,
    );
    const accountKey = this.#serviceAccountKey();
    await this.#services.start("kube-apiserver", {
      command,
      args: [
        `--etcd-servers=http://127.0.0.1:${this.#ports.known("etcd")}`,
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        `--secure-port=${port}`,
        `--cert-dir=${certificates}`,
        `--token-auth-file=${join(certificates, "tokens.csv")}`,
        "--authorization-mode=Node,RBAC",
        // No pod is there to answer a webhook, and its Service's address leads out of this machine.
        "--disable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook",
        "--anonymous-auth=false",
        "--allow-privileged=true",
        "--endpoint-reconciler-type=none",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        `--service-account-key-file=${accountKey}`,
        `--service-account-signing-key-file=${accountKey}`,
      ],
      isReady: () => this.#apiServerAnswers(port, certificates),
    });
  }

  /** Whether it answers. Writes how to reach it. */
  async #apiServerAnswers(port: number, certificates: string): Promise<boolean> {
    const certificate = join(certificates, "apiserver.crt");
    if (!existsSync(certificate)) return false;
    const { admin, controllers } = this.#tokens();
    this.#writeKubeconfig(this.kubeconfig, admin, port, certificate);
    this.#writeKubeconfig(join(certificates, "controllers.kubeconfig"), controllers, port, certificate);
    const api = new ApiServer(this.kubeconfig);
    return api.isReady().finally(() => api.close());
  }

  async #startControllers(command: string): Promise<void> {
    const certificates = join(this.#folder, "certificates");
    const kubeconfig = join(certificates, "controllers.kubeconfig");
    const port = await this.#ports.claim("kube-controller-manager");
    await this.#services.start("kube-controller-manager", {
      command,
      args: [
        `--kubeconfig=${kubeconfig}`,
        `--controllers=${controllers.join(",")}`,
        "--use-service-account-credentials=true",
        `--service-account-private-key-file=${this.#serviceAccountKey()}`,
        `--root-ca-file=${join(certificates, "apiserver.crt")}`,
        `--cert-dir=${certificates}`,
        "--bind-address=127.0.0.1",
        `--secure-port=${port}`,
        "--leader-elect=false",
        // A quota or a new kind counts within seconds, as tests and users expect.
        "--resource-quota-sync-period=30s",
      ],
      isReady: async () => !(await isFree(port)),
    });
  }

  #tokens(): Record<"admin" | "controllers", string> {
    const path = join(this.#folder, "api-tokens.json");
    if (!existsSync(path)) {
      const token = () => randomBytes(24).toString("hex");
      writeWhole(path, JSON.stringify({ admin: token(), controllers: token() }), 0o600);
    }
    return JSON.parse(readFileSync(path, "utf8")) as Record<"admin" | "controllers", string>;
  }

  #serviceAccountKey(): string {
    const path = join(this.#folder, "service-account.key");
    if (!existsSync(path)) {
      const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      writeWhole(path, String(privateKey.export({ type: "pkcs1", format: "pem" })), 0o600);
    }
    return path;
  }

  #writeKubeconfig(path: string, token: string, port: number, certificate: string): void {
    const name = "autoweave";
    const cluster = {
      server: `https://127.0.0.1:${port}`,
      "certificate-authority-data": readFileSync(certificate).toString("base64"),
    };
    const kubeconfig = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster }],
      users: [{ name, user: { token } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
    };
    // JSON is YAML.
    writeWhole(path, `${JSON.stringify(kubeconfig, null, 2)}\n`, 0o600);
  }
}
