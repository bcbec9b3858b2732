import { mkdirSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { outputsOf } from "../../infra/outputs.ts";
import { ObservabilityStack } from "../../infra/stack.ts";
import { ApiServer } from "../../local/api-server.ts";
import { Configuration } from "../../local/live/configuration.ts";
import { Deployed } from "../../local/live/deployed.ts";
import type { Context, Program } from "../../local/live/program.ts";
import { programs } from "../../local/live/programs/index.ts";
import { writeWhole } from "../../local/files.ts";
import { Ports } from "../../local/ports.ts";
import { commandLineOf, type ProcessRecord, Services, waitUntil } from "../../local/processes.ts";
import { TestCluster } from "./cluster.ts";
import { deploy } from "./deploy.ts";
import { temporaryFolder } from "./program.ts";
import { stackOf } from "./stacks.ts";

/** Single programs of the live stack, with what a stack of these settings deploys. */
export class LivePrograms {
  readonly #cluster = new TestCluster();
  readonly #folder = temporaryFolder();
  readonly #services = new Services(this.#folder.path);
  readonly #ports = new Ports(this.#folder.path);
  #opened: { api: ApiServer; deployed: Deployed } | undefined;

  /** Brings up a cluster of its own and deploys there. */
  async deploy(settings: object): Promise<void> {
    const stack = stackOf(settings);
    const created = await deploy(() => new ObservabilityStack("platform", stack));
    await this.#cluster.start(
      "cert-manager",
      "cloudnative-pg",
      "plugin-barman-cloud",
      "prometheus-operator-crds",
    );
    await this.#cluster.applyAll(created);
    const releases = join(this.#folder.path, "releases");
    for (const { type, inputs } of created) {
      if (!type.includes("helm.sh")) continue;
      writeWhole(
        join(releases, String(inputs.namespace), `${String(inputs.name)}.yaml`),
        stringify(inputs.values),
      );
    }
    const api = new ApiServer(this.#cluster.kubeconfig);
    const { namespace, tenants, buckets } = outputsOf(stack);
    this.#opened = {
      api,
      deployed: new Deployed({ stack: "test", namespace, tenants, buckets, api, releases }),
    };
    for (const { name, ports } of programs)
      for (const port of ports) await this.#ports.claim(`${name}-${port}`);
  }

  /** Starts a program that does not run. */
  start = async ({ name, prepare }: Program): Promise<void> => {
    const configuration = new Configuration(this.#folderOf(name));
    const write: Context["write"] = (file, text) => configuration.write(file, text);
    await this.#services.start(name, await prepare({ ...this.context, write }));
  };

  stop = ({ name }: Program): Promise<void> => this.#services.stop(name);

  /** Ends it without a warning. */
  async kill(program: Program): Promise<void> {
    process.kill(this.pidOf(program), "SIGKILL");
    await waitUntil(() => !this.#services.running(program.name), 5);
  }

  /** The number of its process. */
  pidOf({ name }: Program): number {
    const record = readFileSync(join(this.#folder.path, "processes", `${name}.json`), "utf8");
    return (JSON.parse(record) as ProcessRecord).pid;
  }

  /** What others can see of a program: its command line and its log. */
  seen = (program: Program): string =>
    commandLineOf(this.pidOf(program)) + readFileSync(this.#services.logOf(program.name), "utf8");

  /** The addresses where a program listens; of IPv6 as the kernel writes them. */
  listeningAt(program: Program): string[] {
    const pid = this.pidOf(program);
    const files = readdirSync(`/proc/${pid}/fd`).map((file) => linkAt(`/proc/${pid}/fd/${file}`));
    return ["tcp", "tcp6"].flatMap((protocol) =>
      readFileSync(`/proc/net/${protocol}`, "utf8")
        .split("\n")
        .map((line) => line.trim().split(/\s+/))
        .filter(
          ([, , , state, , , , , , inode]) => state === listening && files.includes(`socket:[${inode}]`),
        )
        .map(([, address = ""]) => readable(address)),
    );
  }

  get deployed(): Deployed {
    return this.#open.deployed;
  }

  get api(): ApiServer {
    return this.#open.api;
  }

  /** What a program is given to prepare itself, but for its way to write files. */
  get context(): Context {
    return {
      deployed: this.deployed,
      environment: { folder: this.#folder.path, stackFolder: this.#folder.path },
      kubeconfig: this.#cluster.kubeconfig,
      port: this.#port,
      at: (name) => `127.0.0.1:${this.#port(name)}`,
      folder: this.#folderOf,
      write: () => {
        throw new Error("only a program that is started writes");
      },
    };
  }

  async end(): Promise<void> {
    await Promise.all(this.#services.started().map((name) => this.#services.stop(name)));
    await this.#opened?.api.close();
    await this.#cluster.stop();
    this.#folder.remove();
  }

  get #open() {
    if (!this.#opened) throw new Error("nothing has been deployed");
    return this.#opened;
  }

  #port = (name: string): number => {
    const port = this.#ports.known(name);
    if (port === undefined) throw new Error(`no program has the port ${name}`);
    return port;
  };

  #folderOf = (name: string): string => {
    const path = join(this.#folder.path, "live", name);
    mkdirSync(path, { recursive: true });
    return path;
  };
}

/** State of a socket, as /proc/net/tcp has it. */
const listening = "0A";

/** Where a link leads; nowhere when it has gone meanwhile. */
function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** `0100007F:1F90` is 127.0.0.1:8080. */
function readable(address: string): string {
  const [host = "", port = ""] = address.split(":");
  const bytes = Buffer.from(host, "hex").reverse();
  return `${bytes.length === 4 ? bytes.join(".") : host}:${Number.parseInt(port, 16)}`;
}
