import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Cloud, type CloudAccess } from "./cloud.ts";
import { ControlPlane } from "./control-plane.ts";
import { UserError } from "./errors.ts";
import { requireFreeSpace } from "./files.ts";
import { environmentFolder } from "./folders.ts";
import { withLock } from "./lock.ts";
import { Services } from "./processes.ts";
import { say, step } from "./progress.ts";

const stacksFolder = "stacks";

/** Who is stopped before and after all the others, so that nobody loses what he still has to hand over. */
const stoppedFirst = [["demo-hub", "demo-worker"]];
const stoppedLast = [
  ["object-store", "postgresql", "redis", "demo-redis"],
  ["kube-controller-manager"],
  ["kube-apiserver", "aws"],
  ["etcd"],
];

/**
 * The embedded environment of one stack: a control plane and an emulated AWS API, which outlive the commands. Stacks
 * stand apart, as they do in real life: each has a cluster and a cloud of its own.
 */
export class Environment {
  /** What all stacks of this checkout share: Pulumi's state, secrets and settings. */
  readonly folder: string;
  readonly controlPlane: ControlPlane;
  readonly cloud: Cloud;
  /** Of this stack alone: processes, certificates, data, logs. */
  readonly stackFolder: string;
  readonly #services: Services;

  constructor(stack: string, folder = environmentFolder()) {
    this.folder = folder;
    this.stackFolder = join(folder, stacksFolder, stack);
    this.controlPlane = new ControlPlane(this.stackFolder);
    this.cloud = new Cloud(this.stackFolder);
    this.#services = new Services(this.stackFolder);
  }

  /** Those that were ever started in this folder. */
  static all(folder = environmentFolder()): Environment[] {
    const stacks = join(folder, stacksFolder);
    return existsSync(stacks) ? readdirSync(stacks).map((stack) => new Environment(stack, folder)) : [];
  }

  isRunning = (): boolean => this.controlPlane.isRunning() && this.cloud.isRunning();

  /** Starts whatever of it does not run. */
  async start(): Promise<void> {
    if (this.isRunning()) return;
    requireFreeSpace(this.stackFolder, 256);
    await this.#alone(async () => {
      await this.#services.endUnfinished();
      await step("Kubernetes API", () => this.controlPlane.start());
      await step("AWS API", () => this.cloud.start());
    });
  }

  /** Stops every process of it; its data stays. */
  async stop(): Promise<void> {
    await this.#alone(async () => {
      await this.#services.endUnfinished();
      await this.#stopInOrder(this.#services.started());
    });
  }

  /** Starts further processes in it; what a killed command had begun to start has ended before. */
  startPrograms = (start: () => Promise<void>): Promise<void> =>
    this.#alone(async () => {
      await this.#services.endUnfinished();
      await start();
    });

  /** Stops some of its processes. */
  stopPrograms = (names: readonly string[]): Promise<void> =>
    this.#alone(() => this.#stopInOrder(this.#services.started().filter((name) => names.includes(name))));

  async #stopInOrder(names: readonly string[]): Promise<void> {
    const placed = [...stoppedFirst, ...stoppedLast].flat();
    const others = names.filter((name) => !placed.includes(name));
    for (const together of [...stoppedFirst, others, ...stoppedLast]) {
      const started = together.filter((name) => names.includes(name));
      await Promise.all(started.map((name) => this.#services.stop(name)));
    }
  }

  /** Throws a UserError that names what does not run. */
  requireRunning(): void {
    if (this.isRunning()) return;
    const down = existsSync(this.stackFolder)
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
    withLock(join(this.stackFolder, "environment.lock"), task, (pid) =>
      say(`… Waiting for process ${pid}, which starts or stops this environment`),
    );
}
