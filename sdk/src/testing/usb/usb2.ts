import { EventEmitter } from "node:events";
import { promisify } from "node:util";
import {
  type FakeDeviceOptions,
  type FakeEndpoint,
  type FakeFault,
  FakeHardware,
  USBFault,
} from "./device.ts";

/** What libusb calls the faults: of calls, and of transfers that have begun. */
const libusbFaults: Record<FakeFault, { call: [string, number]; transfer: [string, number] }> = {
  access: { call: ["ERROR_ACCESS", -3], transfer: ["TRANSFER_ERROR", 1] },
  busy: { call: ["ERROR_BUSY", -6], transfer: ["TRANSFER_ERROR", 1] },
  cancelled: { call: ["ERROR_INTERRUPTED", -10], transfer: ["TRANSFER_CANCELLED", 3] },
  io: { call: ["ERROR_IO", -1], transfer: ["TRANSFER_ERROR", 1] },
  no_device: { call: ["ERROR_NO_DEVICE", -4], transfer: ["TRANSFER_NO_DEVICE", 5] },
  overflow: { call: ["ERROR_OVERFLOW", -8], transfer: ["TRANSFER_OVERFLOW", 6] },
  stall: { call: ["ERROR_PIPE", -9], transfer: ["TRANSFER_STALL", 4] },
  timeout: { call: ["ERROR_TIMEOUT", -7], transfer: ["TRANSFER_TIMED_OUT", 2] },
};

/** An error as usb 2.x throws it. */
export class FakeLibUSBException extends Error {
  readonly errno: number;
  constructor(fault: FakeFault, of: "call" | "transfer") {
    const [name, errno] = libusbFaults[fault][of];
    super(`LIBUSB_${name}`);
    this.errno = errno;
  }
}

const inLibusbsWords = (error: unknown, of: "call" | "transfer") =>
  error instanceof USBFault ? new FakeLibUSBException(error.fault, of) : error;

type TransferCallback = (error: unknown, buffer: Buffer, actualLength: number) => void;
type Callback<T = void> = (error: unknown, value?: T) => void;

const transferTypes = { control: 0, isochronous: 1, bulk: 2, interrupt: 3 } as const;

/**
 * A fake of the `usb` object of usb 2.x for tests: an emitter of `attach` and `detach`, and a list of devices. No device of
 * this machine is touched.
 */
export class FakeUSB2 extends EventEmitter {
  /** The class of the devices, as `usb.Device`. */
  readonly Device: typeof FakeUSB2Device = FakeUSB2Device;
  readonly #devices = new Set<FakeUSB2Device>();

  /** Devices that are there from the start: no `attach` tells of them. */
  constructor(devices: readonly FakeUSB2Device[] = []) {
    super();
    for (const device of devices) this.#devices.add(device);
  }

  getDeviceList(): FakeUSB2Device[] {
    return [...this.#devices];
  }

  /** Plugs a device in: emits `attach`. */
  plug(device: FakeUSB2Device): void {
    this.#devices.add(device);
    this.emit("attach", device);
  }

  /** Pulls a device out: its transfers fail, and `detach` is emitted. */
  unplug(device: FakeUSB2Device): void {
    this.#devices.delete(device);
    device.hardware.unplug();
    this.emit("detach", device);
  }
}

/** A fake of a `Device` of usb 2.x. */
export class FakeUSB2Device {
  /** What answers behind it: `hardware.send(1, bytes)`, `hardware.faults.open = "access"`. */
  readonly hardware: FakeHardware;
  readonly busNumber: number;
  readonly deviceAddress: number;
  readonly portNumbers: number[];
  readonly deviceDescriptor: Readonly<Record<string, number>>;
  /** Present while the device is open. */
  interfaces: FakeUSB2Interface[] | undefined;
  /** Of control transfers, in ms. */
  timeout = 1_000;

  constructor(options: FakeDeviceOptions) {
    this.hardware = new FakeHardware(options);
    this.busNumber = this.hardware.bus;
    this.deviceAddress = this.hardware.address;
    this.portNumbers = [this.hardware.address];
    this.deviceDescriptor = {
      idVendor: options.vendorId,
      idProduct: options.productId,
      bcdUSB: 0x200,
      bcdDevice: 0x100,
      bDeviceClass: 0,
      bDeviceSubClass: 0,
      bDeviceProtocol: 0,
      bNumConfigurations: 1,
      iSerialNumber: options.serialNumber ? 3 : 0,
    };
  }

  open(defaultConfig = true): void {
    this.#call("open", [defaultConfig]);
    this.interfaces = defaultConfig ? [new FakeUSB2Interface(this)] : [];
  }

  close(): void {
    this.#call("close", []);
    this.interfaces = undefined;
  }

  reset(callback: Callback): void {
    this.#callBack("reset", [], "reset", callback);
  }

  setConfiguration(desired: number, callback?: Callback): void {
    this.#callBack("setConfiguration", [desired], "configure", (error) => {
      if (!error) this.interfaces = [new FakeUSB2Interface(this)];
      callback?.call(this, error);
    });
  }

  interface(address = 0): FakeUSB2Interface {
    if (!this.interfaces) throw new Error("Device must be open before searching for interfaces");
    const found = this.interfaces.find(({ interfaceNumber }) => interfaceNumber === address);
    if (!found) throw new Error(`Interface not found for address: ${address}`);
    return found;
  }

  controlTransfer(
    bmRequestType: number,
    request: number,
    value: number,
    index: number,
    dataOrLength: Buffer | number,
    callback?: Callback<Buffer | number>,
  ): this {
    const isIn = typeof dataOrLength === "number";
    if (isIn !== Boolean(bmRequestType & 0x80)) {
      throw new TypeError(
        `Expected ${isIn ? "buffer for OUT" : "size number for IN"} transfer (based on bmRequestType)`,
      );
    }
    const length = isIn ? dataOrLength : dataOrLength.length;
    const transfer = new FakeUSB2Transfer(
      this,
      { number: 0, direction: isIn ? "in" : "out", type: "control" },
      this.timeout,
      (error, buffer, actual) => callback?.call(this, error, isIn ? buffer.subarray(0, actual) : actual),
      { request, value, index },
    );
    try {
      transfer.submit(isIn ? Buffer.alloc(length) : dataOrLength);
    } catch (error) {
      process.nextTick(() => callback?.call(this, error));
    }
    return this;
  }

  #call(operation: "open" | "close", args: unknown[]): void {
    try {
      this.hardware.call(operation, args, operation);
    } catch (error) {
      throw inLibusbsWords(error, "call");
    }
  }

  #callBack(method: string, args: unknown[], operation: "reset" | "configure", callback: Callback): void {
    setImmediate(() => {
      try {
        this.hardware.call(method, args, operation);
      } catch (error) {
        callback.call(this, inLibusbsWords(error, "call"));
        return;
      }
      callback.call(this, undefined);
    });
  }
}

/** A fake of an `Interface` of usb 2.x. */
export class FakeUSB2Interface {
  readonly device: FakeUSB2Device;
  readonly interfaceNumber = 0;
  altSetting = 0;
  readonly endpoints: (FakeUSB2InEndpoint | FakeUSB2OutEndpoint)[];

  constructor(device: FakeUSB2Device) {
    this.device = device;
    this.endpoints = device.hardware.endpoints.map((endpoint) =>
      endpoint.direction === "in"
        ? new FakeUSB2InEndpoint(device, endpoint)
        : new FakeUSB2OutEndpoint(device, endpoint),
    );
  }

  claim(): void {
    try {
      this.device.hardware.call("claim", [], "claim");
    } catch (error) {
      throw inLibusbsWords(error, "call");
    }
  }

  release(closeEndpoints: boolean | Callback, callback?: Callback): void {
    const done = typeof closeEndpoints === "function" ? closeEndpoints : callback;
    setImmediate(() => done?.call(this, undefined));
  }

  setAltSetting(altSetting: number, callback?: Callback): void {
    setImmediate(() => {
      this.altSetting = altSetting;
      callback?.call(this, undefined);
    });
  }

  endpoint(address: number): FakeUSB2InEndpoint | FakeUSB2OutEndpoint | undefined {
    return this.endpoints.find((endpoint) => endpoint.address === address);
  }
}

/** What the fakes of endpoints of usb 2.x have in common. */
export class FakeUSB2Endpoint extends EventEmitter {
  readonly device: FakeUSB2Device;
  readonly direction: "in" | "out";
  /** Its number; with bit 7 set for in. */
  readonly address: number;
  /** 0 control, 1 isochronous, 2 bulk, 3 interrupt. */
  readonly transferType: number;
  readonly descriptor: { bEndpointAddress: number; bmAttributes: number; wMaxPacketSize: number };
  /** In ms; 0 waits for ever. */
  timeout = 0;
  readonly #endpoint: FakeEndpoint;

  constructor(device: FakeUSB2Device, endpoint: FakeEndpoint) {
    super();
    this.device = device;
    this.#endpoint = endpoint;
    this.direction = endpoint.direction;
    this.address = endpoint.number | (endpoint.direction === "in" ? 0x80 : 0);
    this.transferType = transferTypes[endpoint.type];
    this.descriptor = {
      bEndpointAddress: this.address,
      bmAttributes: this.transferType,
      wMaxPacketSize: endpoint.packetSize ?? 64,
    };
  }

  makeTransfer(timeout: number, callback: TransferCallback): FakeUSB2Transfer {
    return new FakeUSB2Transfer(this.device, this.#endpoint, timeout, callback);
  }

  clearHalt(callback: Callback): void {
    setImmediate(() => callback.call(this, undefined));
  }
}

/** A fake of an `InEndpoint` of usb 2.x. */
export class FakeUSB2InEndpoint extends FakeUSB2Endpoint {
  pollActive = false;
  readonly transferAsync: (length: number) => Promise<Buffer | undefined>;
  #polling: FakeUSB2Transfer[] = [];

  constructor(device: FakeUSB2Device, endpoint: FakeEndpoint) {
    super(device, endpoint);
    this.transferAsync = promisify(this.transfer).bind(this);
  }

  transfer(length: number, callback: (error: unknown, data?: Buffer) => void): this {
    const buffer = Buffer.alloc(length);
    const done: TransferCallback = (error, _, actual) =>
      callback.call(this, error, buffer.subarray(0, actual));
    try {
      this.makeTransfer(this.timeout, done).submit(buffer);
    } catch (error) {
      process.nextTick(() => callback.call(this, error));
    }
    return this;
  }

  /** Keeps `transfers` in-transfers under way; emits `data`, `error`, and `end` after `stopPoll`. */
  startPoll(transfers = 3, transferSize = this.descriptor.wMaxPacketSize): FakeUSB2Transfer[] {
    if (this.pollActive) throw new Error("Polling already active");
    this.pollActive = true;
    let pending = transfers;
    this.#polling = Array.from({ length: transfers }, () => {
      const transfer = this.makeTransfer(0, (error, buffer, actual) => {
        const fault = error as FakeLibUSBException | undefined;
        if (!fault) this.emit("data", buffer.subarray(0, actual));
        else if (fault.errno !== libusbFaults.cancelled.transfer[1] && this.pollActive) {
          this.emit("error", error);
          this.stopPoll();
        }
        if (this.pollActive) transfer.submit(Buffer.alloc(transferSize));
        else if (--pending === 0) this.emit("end");
      });
      return transfer;
    });
    for (const transfer of this.#polling) transfer.submit(Buffer.alloc(transferSize));
    return this.#polling;
  }

  stopPoll(callback?: () => void): void {
    if (!this.pollActive) throw new Error("Polling is not active.");
    for (const transfer of this.#polling) transfer.cancel();
    this.pollActive = false;
    if (callback) this.once("end", callback);
  }
}

/** A fake of an `OutEndpoint` of usb 2.x. */
export class FakeUSB2OutEndpoint extends FakeUSB2Endpoint {
  readonly transferAsync: (data: Buffer) => Promise<number | undefined>;

  constructor(device: FakeUSB2Device, endpoint: FakeEndpoint) {
    super(device, endpoint);
    this.transferAsync = promisify(this.transfer).bind(this);
  }

  transfer(data: Buffer, callback?: (error: unknown, actual?: number) => void): this {
    const done: TransferCallback = (error, _, actual) => callback?.call(this, error, actual);
    try {
      this.makeTransfer(this.timeout, done).submit(data);
    } catch (error) {
      process.nextTick(() => callback?.call(this, error));
    }
    return this;
  }
}

/** A fake of a `Transfer` of usb 2.x. */
export class FakeUSB2Transfer {
  readonly device: FakeUSB2Device;
  readonly #endpoint: { number: number; direction: "in" | "out"; type: keyof typeof transferTypes };
  readonly #timeout: number;
  readonly #callback: TransferCallback;
  readonly #setup: { request: number; value: number; index: number } | undefined;
  #active: AbortController | undefined;

  constructor(
    device: FakeUSB2Device,
    endpoint: { number: number; direction: "in" | "out"; type: keyof typeof transferTypes },
    timeout: number,
    callback: TransferCallback,
    setup?: { request: number; value: number; index: number },
  ) {
    this.device = device;
    this.#endpoint = endpoint;
    this.#timeout = timeout;
    this.#callback = callback;
    this.#setup = setup;
  }

  submit(buffer: Buffer): this {
    if (this.#active) throw new Error("Transfer is already active");
    if (!this.device.interfaces) throw new Error("Device is not open");
    this.#active = new AbortController();
    const { number, direction, type } = this.#endpoint;
    const isIn = direction === "in";
    const transfer = {
      type,
      direction,
      endpoint: number,
      length: isIn ? buffer.length : 0,
      data: isIn ? new Uint8Array() : buffer,
      ...(this.#setup && { setup: this.#setup }),
    };
    const complete = (error: unknown, actual: number) => {
      this.#active = undefined;
      // Out of the promise: what a callback throws is an uncaught exception, as with libusb.
      setImmediate(() => this.#callback.call(this, error, buffer, actual));
    };
    this.device.hardware.transfer(transfer, this.#timeout, this.#active.signal).then(
      (data) => {
        if (isIn) buffer.set(data);
        complete(undefined, isIn ? data.length : buffer.length);
      },
      (error: unknown) => complete(inLibusbsWords(error, "transfer"), 0),
    );
    return this;
  }

  /** Whether there was something to cancel. */
  cancel(): boolean {
    this.#active?.abort();
    return this.#active !== undefined;
  }
}
