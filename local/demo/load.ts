import { setTimeout as delay } from "node:timers/promises";
import { hourOf, loadShare } from "./load-curve.ts";
import { readTenants, required, type Tenant } from "./settings.ts";

/** What the tenants' clients do all day, by real requests to the hub. */
const hub = required("HUB_URL");
/** Requests of each tenant at the peak. */
const peakPerSecond = Number(process.env["LOAD_PER_SECOND"] ?? 4);
/** More than these of a tenant are not under way at once: a hub that is slow is asked less. */
const mostUnderWay = 8;

interface Device {
  readonly id: string;
}

class Client {
  readonly #headers: Record<string, string>;
  #devices: Device[] = [];

  constructor({ apiKey }: Tenant) {
    this.#headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  }

  readonly look = async () => {
    this.#devices = (await this.#send("GET", "/devices")) as Device[];
  };
  readonly read = async () => {
    const { id } = await this.#anyDevice();
    await this.#send("POST", `/devices/${id}/readings`);
  };
  readonly ask = () => this.#graphql("query Devices { devices { id plugin { name version } } }");
  readonly restart = async () => {
    const { id } = await this.#anyDevice();
    await this.#graphql("mutation Restart($id: ID!) { restartDevice(id: $id) { id } }", { id });
  };
  readonly reload = () =>
    this.#graphql("mutation Reload($name: ID!) { reloadPlugin(name: $name) { version } }", {
      name: oneOf(["scale", "scanner"]),
    });

  async #anyDevice(): Promise<Device> {
    if (this.#devices.length === 0) await this.look();
    return oneOf(this.#devices);
  }

  #graphql = (query: string, variables = {}) => this.#send("POST", "/graphql", { query, variables });

  async #send(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${hub}${path}`, {
      method,
      headers: this.#headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (response.status === 410) this.#devices = [];
    return response.json();
  }
}

/** Of a hundred requests so many are of a kind. */
const mix: readonly (readonly [number, keyof Client])[] = [
  [65, "read"],
  [17, "ask"],
  [10, "look"],
  [5, "reload"],
  [3, "restart"],
];

function pick(): keyof Client {
  let left = Math.random() * 100;
  for (const [share, what] of mix) if ((left -= share) < 0) return what;
  return "look";
}

function oneOf<T>(choices: readonly T[]): T {
  const choice = choices[Math.floor(Math.random() * choices.length)];
  if (choice === undefined) throw new Error("There is nothing to choose from.");
  return choice;
}

/** One tenant's requests, at random times as they come. */
async function ask(tenant: Tenant): Promise<never> {
  const client = new Client(tenant);
  let underWay = 0;
  for (;;) {
    const perSecond = peakPerSecond * loadShare(hourOf(new Date()));
    await delay((-Math.log(1 - Math.random()) * 1_000) / perSecond);
    if (underWay >= mostUnderWay) continue;
    underWay++;
    // A hub that is away for a moment is asked again later.
    void client[pick()]()
      .catch(() => {})
      .finally(() => underWay--);
  }
}

await Promise.all(readTenants().map(ask));
