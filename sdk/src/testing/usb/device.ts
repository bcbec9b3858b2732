import type { TransferDirection, TransferType } from "../../names/index.ts";

/** An endpoint of a fake device. */
export interface FakeEndpoint {
  /** 1 to 15. */
  readonly number: number;
  readonly direction: TransferDirection;
  readonly type: Exclude<TransferType, "control">;
  /** In bytes. Default: 64. */
  readonly packetSize?: number;
}

/** A transfer as it reaches a fake device. */
export interface FakeTransfer {
  readonly type: TransferType;
  readonly direction: TransferDirection;
  /** 0 for control transfers. */
  readonly endpoint: number;
  /** How many bytes the app asks for; in-transfers only. */
  readonly length: number;
  /** What the app sends; empty for in-transfers. */
  readonly data: Uint8Array;
  /** Control transfers only. */
  readonly setup?: { readonly request: number; readonly value: number; readonly index: number };
}

/** What can go wrong with a device; each library says it in its own words. */
export type FakeFault =
  "access" | "busy" | "cancelled" | "io" | "no_device" | "overflow" | "stall" | "timeout";

/** Thrown by `respond` to make a transfer fail, as the library that is faked fails. */
export class USBFault extends Error {
  readonly fault: FakeFault;
  constructor(fault: FakeFault) {
    super(`The fake device answers with the fault "${fault}".`);
    this.name = "USBFault";
    this.fault = fault;
  }
}

/** The bytes of an in-transfer; `undefined` for an out-transfer, or for none. */
export type FakeAnswer = Uint8Array | undefined;

/** Something that the app had a fake device do, transfers aside. */
export interface FakeCall {
  /** As the library calls it, e.g. `claimInterface`. */
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What is the same of a fake device in the shape of either library. */
export interface FakeDeviceOptions {
  /** 0 to 0xffff. */
  readonly vendorId: number;
  /** 0 to 0xffff. */
  readonly productId: number;
  /** Default: 1. */
  readonly bus?: number;
  /** Default: the next one, from 1 to 127, that no other has on its bus which was not unplugged. */
  readonly address?: number;
  /** Default: none. */
  readonly serialNumber?: string;
  /** Of the one interface of the one configuration. Default: bulk in 1, bulk out 2, interrupt in 3. */
  readonly endpoints?: readonly FakeEndpoint[];
  /**
   * Answers a transfer; out-transfers have then sent everything. A `USBFault` thrown makes it fail. Default: control transfers
   * get zeros, other in-transfers wait for `send`.
   */
  readonly respond?: (transfer: FakeTransfer) => FakeAnswer | Promise<FakeAnswer>;
}

const defaultEndpoints: readonly FakeEndpoint[] = [
  { number: 1, direction: "in", type: "bulk" },
  { number: 2, direction: "out", type: "bulk" },
  { number: 3, direction: "in", type: "interrupt" },
];

/** Of the last device that was made. */
let lastAddress = 0;
/** Of those that were not unplugged, by bus. */
const addressesInUse = new Map<number, Set<number>>();

function nextAddress(bus: number): number {
  const after = Array.from({ length: 127 }, (_, index) => ((lastAddress + index) % 127) + 1);
  return after.find((address) => !addressesInUse.get(bus)?.has(address)) ?? (lastAddress % 127) + 1;
}

function takeAddress(bus: number, address: number): void {
  lastAddress = address;
  addressesInUse.set(bus, (addressesInUse.get(bus) ?? new Set()).add(address));
}

/** The device behind a fake: what answers, whichever library's shape the app talks to. */
export class FakeHardware {
  readonly vendorId: number;
  readonly productId: number;
  readonly bus: number;
  readonly address: number;
  readonly serialNumber: string | undefined;
  readonly endpoints: readonly FakeEndpoint[];
  /** What the app had the device do, the oldest first. */
  readonly calls: FakeCall[] = [];
  /** Makes these operations fail, e.g. `{ open: "access" }`. Names: `open`, `close`, `reset`, `claim`, `configure`. */
  faults: { [operation in "open" | "close" | "reset" | "claim" | "configure"]?: FakeFault } = {};
  readonly #respond: FakeDeviceOptions["respond"];
  readonly #sent = new Map<number, Uint8Array[]>();
  readonly #waiting = new Map<number, Set<(data: Uint8Array) => void>>();
  readonly #gone = new AbortController();

  constructor(options: FakeDeviceOptions) {
    this.vendorId = options.vendorId;
    this.productId = options.productId;
    this.bus = options.bus ?? 1;
    this.address = options.address ?? nextAddress(this.bus);
    takeAddress(this.bus, this.address);
    this.serialNumber = options.serialNumber;
    this.endpoints = options.endpoints ?? defaultEndpoints;
    this.#respond = options.respond;
  }

  get unplugged(): boolean {
    return this.#gone.signal.aborted;
  }

  /** Ends what waits, and fails all that comes. */
  unplug(): void {
    addressesInUse.get(this.bus)?.delete(this.address);
    this.#gone.abort(new USBFault("no_device"));
  }

  /** Answers the oldest in-transfer that waits on an endpoint, or the next to come. */
  send(endpoint: number, data: Uint8Array): void {
    const [first] = this.#waiting.get(endpoint) ?? [];
    if (first) first(data);
    else this.#sent.set(endpoint, [...(this.#sent.get(endpoint) ?? []), data]);
  }

  /** Keeps the call; throws the fault of its operation, if that has one. */
  call(method: string, args: readonly unknown[], operation: keyof FakeHardware["faults"]): void {
    this.calls.push({ method, args });
    const fault = this.unplugged ? "no_device" : this.faults[operation];
    if (fault) throw new USBFault(fault);
  }

  /**
   * Resolves with the bytes of an in-transfer, with none for an out-transfer. Rejects with a USBFault, or with what `respond`
   * throws.
   */
  async transfer(transfer: FakeTransfer, timeoutMs: number, cancelled?: AbortSignal): Promise<Uint8Array> {
    // Nothing is ever answered before the call that asks has returned.
    await new Promise(setImmediate);
    this.#gone.signal.throwIfAborted();
    if (cancelled?.aborted) throw new USBFault("cancelled");
    const isIn = transfer.direction === "in";
    if (this.#respond) {
      const answer = (await this.#respond(transfer)) ?? new Uint8Array();
      return isIn ? answer.subarray(0, transfer.length) : new Uint8Array();
    }
    if (!isIn) return new Uint8Array();
    if (transfer.type === "control") return new Uint8Array(transfer.length);
    return (await this.#sentTo(transfer.endpoint, timeoutMs, cancelled)).subarray(0, transfer.length);
  }

  #sentTo(endpoint: number, timeoutMs: number, cancelled: AbortSignal | undefined): Promise<Uint8Array> {
    const sent = this.#sent.get(endpoint)?.shift();
    if (sent) return Promise.resolve(sent);
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const waiting = this.#waiting.get(endpoint) ?? new Set();
    this.#waiting.set(endpoint, waiting.add(resolve));
    const fail = (fault: FakeFault) => reject(new USBFault(fault));
    const timer = timeoutMs > 0 ? setTimeout(fail, timeoutMs, "timeout") : undefined;
    cancelled?.addEventListener("abort", () => fail("cancelled"));
    this.#gone.signal.addEventListener("abort", () => fail("no_device"));
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(resolve);
    });
  }
}
