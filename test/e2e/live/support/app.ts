import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FaultOrder } from "../../../../local/demo/fault-kinds.ts";
import type { Tenant } from "../../../../local/demo/settings.ts";
import { DemoControl } from "../../../../local/live/faults/control.ts";
import type { Live } from "../../../support/live.ts";

interface Device {
  id: string;
  productId: number;
}

/** What a request led to. */
export interface Answered {
  /** Of the trace that it is a part of. */
  traceId: string;
  status: number;
  body: unknown;
  /** When it was answered, in milliseconds since 1970. */
  at: number;
}

/** The scale is never unplugged. */
const scale = 1;

/** The sample app of a live stack, as the clients of its tenants use it, and who may order faults. */
export class LiveApp {
  readonly #url: string;
  readonly #control: DemoControl;
  readonly #keys: Map<string, string>;
  /** The tenant of its processes. */
  readonly ownTenant: string;

  constructor(live: Live) {
    const { stackFolder } = live.commands.environment("dev");
    this.#url = live.endpoint("app");
    this.#control = new DemoControl(stackFolder);
    const file = join(stackFolder, "live", "demo-hub", "tenants.json");
    const tenants = JSON.parse(readFileSync(file, "utf8")) as Tenant[];
    this.#keys = new Map(tenants.map(({ id, apiKey }) => [id, apiKey]));
    this.ownTenant = tenants[0]?.id ?? assert.fail("there is no tenant");
  }

  /** A request of a tenant's client, which is traced and says so. */
  async send(tenant: string, method: string, path: string, body?: object): Promise<Answered> {
    const traceId = randomBytes(16).toString("hex");
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#keys.get(tenant)}`,
        "content-type": "application/json",
        traceparent: `00-${traceId}-${randomBytes(8).toString("hex")}-01`,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { traceId, status: response.status, body: await response.json(), at: Date.now() };
  }

  /** Has the tenant's scale read: plugin, USB, queue, worker and memory system have a part in it. */
  async read(tenant: string): Promise<Answered> {
    const { body } = await this.send(tenant, "GET", "/devices");
    const { id } =
      (body as Device[]).find(({ productId }) => productId === scale) ?? assert.fail("there is no scale");
    return this.send(tenant, "POST", `/devices/${id}/readings`);
  }

  /** Does something while something else goes wrong. */
  async during<T>(orders: readonly Omit<FaultOrder, "seconds">[], task: () => Promise<T>): Promise<T> {
    const faults = await Promise.all(orders.map((order) => this.#control.start({ ...order, seconds: 60 })));
    try {
      return await task();
    } finally {
      await Promise.all(faults.map(({ id }) => this.#control.stop({ id })));
    }
  }
}
