import { existsSync } from "node:fs";
import { Cloud, type CloudAccess } from "./cloud.ts";
import { ControlPlane } from "./control-plane.ts";
import { UserError } from "./errors.ts";
import { requireFreeSpace } from "./files.ts";
import { environmentFolder } from "./folders.ts";
import { withLock } from "./lock.ts";
import { Services } from "./processes.ts";
import { say, step } from "./progress.ts";

/** Each is stopped before what it needs. */
const stopOrder = ["kube-controller-manager", "kube-apiserver", "etcd"];

/** The embedded environment of this checkout: a control plane and an emulated AWS API, which outlive the commands. */
export class Environment {
  readonly folder: string;
  readonly controlPlane: ControlPlane;
  readonly cloud: Cloud;
  readonly #services: Services;

  constructor(folder = environmentFolder()) {
    this.folder = folder;
    this.controlPlane = new ControlPlane(folder);
    this.cloud = new Cloud(folder);
    this.#services = new Services(folder);
  }

  isRunning = (): boolean => this.controlPlane.isRunning() && this.cloud.isRunning();

  /** Starts whatever of it does not run. */
  async start(): Promise<void> {
    if (this.isRunning()) return;
    requireFreeSpace(this.folder, 256);
    await this.#alone(async () => {
      await step("Kubernetes API", () => this.controlPlane.start());
      await step("AWS API", () => this.cloud.start());
    });
  }

  /** Stops every process of it; its data stays. */
  async stop(): Promise<void> {
    await this.#alone(async () => {
      const started = this.#services.started();
      for (const name of started.filter((name) => !stopOrder.includes(name))) await this.#services.stop(name);
      for (const name of stopOrder) await this.#services.stop(name);
    });
  }

  /** Throws a UserError that names what does not run. */
  requireRunning(): void {
    if (this.isRunning()) return;
    const down = existsSync(this.folder)
      ? this.#services.started().filter((name) => !this.#services.running(name))
      : [];
    throw new UserError(
      down.length > 0
        ? `Of the embedded environment, ${down.join(" and ")} is not running any more.`
        : "The embedded environment is not running.",
      "npm start brings it up, with what was deployed before.",
    );
  }

  /** How to reach the emulated AWS API. The environment must have been started. */
  get aws(): CloudAccess {
    const access = this.cloud.access;
    if (!access) throw new Error("The embedded environment has not been started.");
    return access;
  }

  #alone = (task: () => Promise<void>): Promise<void> =>
    withLock(`${this.folder}/environment.lock`, task, (pid) =>
      say(`… Waiting for process ${pid}, which starts or stops this environment`),
    );
}
