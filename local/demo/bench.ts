import { setTimeout as delay } from "node:timers/promises";
import {
  type FakeAnswer,
  type FakeTransfer,
  FakeUSB2,
  FakeUSB2Device,
  USBFault,
} from "@autoweave/observability/testing";
import type { Tenant } from "./settings.ts";
import type { Bus } from "./usb-daemon.ts";

/** How the devices of a tenant behave. */
export interface Behaviour {
  /** How long they take to answer, in ms. */
  answerMs: number;
  /** Share of the transfers that go wrong, 0 to 1. */
  faultyShare: number;
}

const wellBehaved: Behaviour = { answerMs: 0, faultyShare: 0 };
/** Of pid.codes, with two of its product ids for tests. */
const vendorId = 0x1209;
const productIds = { scale: 0x0001, scanner: 0x0002 } as const;
type Kind = keyof typeof productIds;

/** Somebody pulls a plug of each tenant about so often, in ms. */
const replugEveryMs = 45_000;
const unpluggedMs = 2_000;

/** A bench of simulated devices, a scale and a scanner on the bus of each tenant. */
export class Bench {
  readonly #usb = new FakeUSB2();
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #plugged = new Map<string, FakeUSB2Device>();
  readonly #timer: NodeJS.Timeout;

  constructor(tenants: readonly Tenant[]) {
    for (const tenant of tenants) {
      this.#plug(tenant, "scale");
      this.#plug(tenant, "scanner");
    }
    let turn = 0;
    const replugNext = () => {
      const tenant = tenants[turn++ % tenants.length];
      if (tenant) void this.replug(tenant, "scanner", unpluggedMs);
    };
    this.#timer = setInterval(replugNext, replugEveryMs / tenants.length).unref();
  }

  /** It has what the demo uses of the package `usb`. */
  get bus(): Bus {
    return this.#usb as unknown as Bus;
  }

  /** How the devices of a tenant behave from now on. */
  behave(tenantId: string, change: Partial<Behaviour>): void {
    this.#behaviours.set(tenantId, { ...this.#behaviourOf(tenantId), ...change });
  }

  /** Pulls a device's plug, and puts it back. */
  async replug(tenant: Tenant, kind: Kind, afterMs: number): Promise<void> {
    const device = this.#plugged.get(keyOf(tenant, kind));
    if (!device) return;
    this.#plugged.delete(keyOf(tenant, kind));
    this.#usb.unplug(device);
    await delay(afterMs, undefined, { ref: false });
    this.#plug(tenant, kind);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #plug(tenant: Tenant, kind: Kind): void {
    const device: FakeUSB2Device = new FakeUSB2Device({
      vendorId,
      productId: productIds[kind],
      bus: tenant.usbBus,
      respond: (transfer) => this.#respond(device, tenant, kind, transfer),
    });
    this.#plugged.set(keyOf(tenant, kind), device);
    this.#usb.plug(device);
  }

  async #respond(
    device: FakeUSB2Device,
    tenant: Tenant,
    kind: Kind,
    transfer: FakeTransfer,
  ): Promise<FakeAnswer> {
    // The fake notes for tests what it was told to do: here nobody looks at it.
    device.hardware.calls.length = 0;
    const { answerMs, faultyShare } = this.#behaviourOf(tenant.id);
    if (answerMs > 0) await delay(answerMs);
    const isFaulty = Math.random() < faultyShare;
    if (transfer.type === "control") return isFaulty ? stall() : Uint8Array.of(1);
    if (transfer.direction === "out") return isFaulty ? stall() : undefined;
    return isFaulty ? garbled[kind](answers[kind]()) : answers[kind]();
  }

  #behaviourOf = (tenantId: string): Behaviour => this.#behaviours.get(tenantId) ?? wellBehaved;
}

const keyOf = ({ id }: Tenant, kind: Kind) => `${kind} of ${id}`;

const random = (below: number) => Math.floor(Math.random() * below);

const answers: Record<Kind, () => Uint8Array> = {
  scale() {
    const grams = 20 + random(500);
    return Uint8Array.of(grams >> 8, grams & 0xff);
  },
  scanner: () => Buffer.from(`A${String(random(1_000)).padStart(7, "0")}`),
};

function stall(): never {
  throw new USBFault("stall");
}

/** A byte is lost, or has become zero: plugins notice the one, only the database the other. */
const garbled: Record<Kind, (answer: Uint8Array) => Uint8Array> = {
  scale: (answer) => answer.subarray(1),
  scanner: (answer) => answer.with(-1, 0),
};
