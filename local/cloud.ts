import { join } from "node:path";
import { Ports } from "./ports.ts";
import { Services } from "./processes.ts";
import { ensurePythonPackages } from "./tools/python.ts";

/** How programs reach the emulated AWS API. Its credentials are no secrets: it lets everybody in. */
export interface CloudAccess {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
}

const service = "aws";

export const ensureMoto = () =>
  ensurePythonPackages("moto", join(import.meta.dirname, "cloud/requirements.txt"));

/** An emulated AWS API on loopback, which remembers over a stop what was made in it. */
export class Cloud {
  readonly #folder: string;
  readonly #services: Services;
  readonly #ports: Ports;

  constructor(environment: string) {
    this.#folder = environment;
    this.#services = new Services(environment);
    this.#ports = new Ports(environment);
  }

  isRunning = (): boolean => this.#services.running(service);

  get #journal(): string {
    return join(this.#folder, "aws-journal.jsonl");
  }

  /** Its address, when it has been started before. */
  get access(): CloudAccess | undefined {
    const port = this.#ports.known(service);
    if (port === undefined) return undefined;
    return {
      endpoint: `http://127.0.0.1:${port}`,
      accessKeyId: "embedded",
      secretAccessKey: "embedded",
    };
  }

  async start(): Promise<void> {
    if (this.isRunning()) return;
    const { python, folder } = await ensureMoto();
    const port = await this.#ports.claim(service);
    await this.#services.start(service, {
      command: python,
      args: [join(import.meta.dirname, "cloud/server.py"), String(port), this.#journal],
      env: {
        PYTHONPATH: folder,
        PYTHONNOUSERSITE: "1",
      },
      isReady: async () => (await fetch(`http://127.0.0.1:${port}/moto-api/data.json`)).ok,
    });
  }
}
