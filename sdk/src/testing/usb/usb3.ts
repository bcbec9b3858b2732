import {
  type FakeDeviceOptions,
  type FakeFault,
  FakeHardware,
  type FakeTransfer,
  USBFault,
} from "./device.ts";

/** What usb 3.x says of the faults: of calls, and of transfers. */
const nusbFaults: Record<FakeFault, { call: string; transfer: string }> = {
  access: { call: "permission denied (errno 13)", transfer: "Fault" },
  busy: { call: "resource busy (errno 16)", transfer: "Fault" },
  cancelled: { call: "transfer was cancelled", transfer: "Cancelled" },
  io: { call: "hardware fault or protocol violation", transfer: "Fault" },
  no_device: { call: "device disconnected (errno 19)", transfer: "Disconnected" },
  overflow: { call: "unknown error (errno 75)", transfer: "Unknown(75)" },
  stall: { call: "endpoint stalled", transfer: "Stall" },
  timeout: { call: "transfer was cancelled", transfer: "Cancelled" },
};

function inNusbsWords(error: unknown, method: string, of: "call" | "transfer"): unknown {
  return error instanceof USBFault ? new Error(`${method} error: ${nusbFaults[error.fault][of]}`) : error;
}

/** What `connect` and `disconnect` carry. */
export class FakeConnectionEvent extends Event {
  readonly device: FakeUSB3Device;
  constructor(type: "connect" | "disconnect", device: FakeUSB3Device) {
    super(type);
    this.device = device;
  }
}

/** Which devices `requestDevice` takes. */
export interface FakeDeviceFilter {
  readonly vendorId?: number;
  readonly productId?: number;
}

/**
 * A fake of the `usb` object of usb 3.x (WebUSB) for tests: an event target of `connect` and `disconnect`, and a list of
 * devices. No device of this machine is touched.
 */
export class FakeUSB3 extends EventTarget {
  readonly #devices = new Set<FakeUSB3Device>();

  /** Devices that are there from the start: no `connect` tells of them. */
  constructor(devices: readonly FakeUSB3Device[] = []) {
    super();
    for (const device of devices) this.#devices.add(device);
  }

  async getDevices(): Promise<FakeUSB3Device[]> {
    return [...this.#devices];
  }

  async requestDevice(options: { filters: readonly FakeDeviceFilter[] }): Promise<FakeUSB3Device> {
    const found = [...this.#devices].find((device) =>
      options.filters.some(
        ({ vendorId, productId }) =>
          (vendorId ?? device.vendorId) === device.vendorId &&
          (productId ?? device.productId) === device.productId,
      ),
    );
    if (found) return found;
    throw Object.assign(new Error("Failed to execute 'requestDevice' on 'USB': No device selected."), {
      name: "NotFoundError",
    });
  }

  async findDeviceByIds(vendorId: number, productId: number): Promise<FakeUSB3Device | undefined> {
    return [...this.#devices].find((one) => one.vendorId === vendorId && one.productId === productId);
  }

  async findDeviceBySerial(serialNumber: string): Promise<FakeUSB3Device | undefined> {
    return [...this.#devices].find((one) => one.serialNumber === serialNumber);
  }

  /** Plugs a device in: dispatches `connect`. */
  plug(device: FakeUSB3Device): void {
    this.#devices.add(device);
    this.dispatchEvent(new FakeConnectionEvent("connect", device));
  }

  /** Pulls a device out: its transfers fail, and `disconnect` is dispatched. */
  unplug(device: FakeUSB3Device): void {
    this.#devices.delete(device);
    device.hardware.unplug();
    this.dispatchEvent(new FakeConnectionEvent("disconnect", device));
  }
}

interface InResult {
  readonly data: DataView;
  readonly status: "ok";
}

interface OutResult {
  readonly bytesWritten: number;
  readonly status: "ok";
}

interface Setup {
  readonly requestType: "standard" | "class" | "vendor";
  readonly recipient: "device" | "interface" | "endpoint" | "other";
  readonly request: number;
  readonly value: number;
  readonly index: number;
}

const defaultTimeoutMs = 1_000;

/** A fake of a `UsbDevice` of usb 3.x. */
export class FakeUSB3Device {
  /** What answers behind it: `hardware.send(1, bytes)`, `hardware.faults.open = "access"`. */
  readonly hardware: FakeHardware;
  #opened = false;
  readonly #claimed = new Set<number>();

  constructor(options: FakeDeviceOptions) {
    this.hardware = new FakeHardware(options);
  }

  get vendorId(): number {
    return this.hardware.vendorId;
  }
  get productId(): number {
    return this.hardware.productId;
  }
  /** As on Linux, e.g. `001`. */
  get bus(): string {
    return String(this.hardware.bus).padStart(3, "0");
  }
  get address(): number {
    return this.hardware.address;
  }
  get ports(): number[] {
    return [this.hardware.address];
  }
  get opened(): boolean {
    return this.#opened;
  }
  get serialNumber(): string | null {
    return this.hardware.serialNumber ?? null;
  }
  get configuration() {
    return this.configurations[0];
  }
  get configurations() {
    const endpoints = this.hardware.endpoints.map(({ number, direction, type, packetSize = 64 }) => ({
      endpointNumber: number,
      direction,
      type,
      packetSize,
    }));
    const alternate = { alternateSetting: 0, interfaceClass: 0xff, endpoints };
    const claimed = this.#claimed.has(0);
    return [
      {
        configurationValue: 1,
        interfaces: [{ interfaceNumber: 0, claimed, alternate, alternates: [alternate] }],
      },
    ];
  }

  async open(): Promise<void> {
    this.#call("open", [], "open");
    this.#opened = true;
  }

  async close(): Promise<void> {
    this.#call("close", [], "close");
    this.#opened = false;
    this.#claimed.clear();
  }

  async forget(): Promise<void> {
    await this.close();
  }

  async reset(): Promise<void> {
    this.#callOpen("reset", [], "reset");
  }

  async selectConfiguration(configurationValue: number): Promise<void> {
    this.#callOpen("selectConfiguration", [configurationValue], "configure");
  }

  async selectAlternateInterface(interfaceNumber: number, alternateSetting: number): Promise<void> {
    this.#callOpen("selectAlternateInterface", [interfaceNumber, alternateSetting], "configure");
  }

  async claimInterface(interfaceNumber: number): Promise<void> {
    this.#callOpen("claimInterface", [interfaceNumber], "claim");
    this.#claimed.add(interfaceNumber);
  }

  async releaseInterface(interfaceNumber: number): Promise<void> {
    this.#callOpen("releaseInterface", [interfaceNumber], "configure");
    if (!this.#claimed.delete(interfaceNumber)) throw new Error("releaseInterface error: not claimed");
  }

  async clearHalt(direction: "in" | "out", endpointNumber: number): Promise<void> {
    this.#callOpen("clearHalt", [direction, endpointNumber], "configure");
  }

  async controlTransferIn(setup: Setup, length: number, timeoutMs = defaultTimeoutMs): Promise<InResult> {
    const control = { type: "control", endpoint: 0, setup } as const;
    return this.#in("controlTransferIn", { ...control, direction: "in", length, data: none }, timeoutMs);
  }

  async controlTransferOut(
    setup: Setup,
    data: ArrayBufferLike | ArrayBufferView = none,
    timeoutMs = defaultTimeoutMs,
  ): Promise<OutResult> {
    const control = { type: "control", endpoint: 0, setup } as const;
    const transfer = { ...control, direction: "out", length: 0, data: bytesOf(data) } as const;
    return this.#out("controlTransferOut", transfer, timeoutMs);
  }

  async transferIn(endpointNumber: number, length: number, timeoutMs = defaultTimeoutMs): Promise<InResult> {
    const type = this.#typeOf("transferIn", "in", endpointNumber);
    const transfer = { type, direction: "in", endpoint: endpointNumber, length, data: none } as const;
    return this.#in("transferIn", transfer, timeoutMs);
  }

  async transferOut(
    endpointNumber: number,
    data: ArrayBufferLike | ArrayBufferView,
    timeoutMs = defaultTimeoutMs,
  ): Promise<OutResult> {
    const type = this.#typeOf("transferOut", "out", endpointNumber);
    const transfer = {
      type,
      direction: "out",
      endpoint: endpointNumber,
      length: 0,
      data: bytesOf(data),
    } as const;
    return this.#out("transferOut", transfer, timeoutMs);
  }

  async #in(method: string, transfer: FakeTransfer, timeoutMs: number): Promise<InResult> {
    const bytes = Uint8Array.from(await this.#transfer(method, transfer, timeoutMs));
    return { data: new DataView(bytes.buffer), status: "ok" };
  }

  async #out(method: string, transfer: FakeTransfer, timeoutMs: number): Promise<OutResult> {
    await this.#transfer(method, transfer, timeoutMs);
    return { bytesWritten: transfer.data.length, status: "ok" };
  }

  async #transfer(method: string, transfer: FakeTransfer, timeoutMs: number): Promise<Uint8Array> {
    this.#whenOpen(method);
    try {
      return await this.hardware.transfer(transfer, timeoutMs);
    } catch (error) {
      throw inNusbsWords(error, method, transfer.type === "control" ? "call" : "transfer");
    }
  }

  #typeOf(method: string, direction: "in" | "out", number: number) {
    const found = this.hardware.endpoints.find((one) => one.direction === direction && one.number === number);
    if (!found) throw new Error(`${method} error: endpoint not found`);
    return found.type;
  }

  #whenOpen(method: string): void {
    if (!this.#opened) throw new Error(`${method} error: invalid state`);
  }

  #callOpen(method: string, args: readonly unknown[], operation: keyof FakeHardware["faults"]): void {
    this.#whenOpen(method);
    this.#call(method, args, operation);
  }

  #call(method: string, args: readonly unknown[], operation: keyof FakeHardware["faults"]): void {
    try {
      this.hardware.call(method, args, operation);
    } catch (error) {
      throw inNusbsWords(error, method, "call");
    }
  }
}

const none = new Uint8Array();

function bytesOf(data: ArrayBufferLike | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
