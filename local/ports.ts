import { createServer } from "node:net";
import { join } from "node:path";
import { UserError } from "./errors.ts";
import { readJson, writeWhole } from "./files.ts";

/** Below the range that the kernel hands out to clients, so that a port stays free while the environment is down. */
const lowest = 20_000;
const highest = 32_000;

export const isFree = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const probe = createServer();
    probe.once("error", () => done(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => done(true)));
  });

/** The ports of an environment: chosen once, then kept, so that its addresses stay the same. */
export class Ports {
  readonly #file: string;

  constructor(environment: string) {
    this.#file = join(environment, "ports.json");
  }

  /** The ports of all services that have been started before. */
  all = (): Record<string, number> => readJson<Record<string, number>>(this.#file) ?? {};

  /** The port of a service that has been started before. */
  known = (service: string): number | undefined => this.all()[service];

  /** The port for a service that is about to start. Throws a UserError when another program has taken it. */
  async claim(service: string): Promise<number> {
    const ports = this.all();
    const kept = ports[service];
    if (kept !== undefined) {
      if (await isFree(kept)) return kept;
      throw new UserError(
        `Port ${kept} of 127.0.0.1, which ${service} of this environment uses, is taken by another program.`,
        `Stop that program (\`ss -ltnp 'sport = :${kept}'\` names it), or give ${service} another port in ${this.#file}.`,
      );
    }
    for (;;) {
      const port = lowest + Math.floor(Math.random() * (highest - lowest));
      if (Object.values(ports).includes(port) || !(await isFree(port))) continue;
      writeWhole(this.#file, `${JSON.stringify({ ...ports, [service]: port }, null, 2)}\n`);
      return port;
    }
  }
}
