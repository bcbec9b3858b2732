import { EventEmitter } from "node:events";
import { promisify } from "node:util";
import type { Device as LibusbDevice, InEndpoint, OutEndpoint, usb } from "usb";

/** What tells of devices: `usb` of the package of that name, or what stands in for it. */
export type Bus = Pick<typeof usb, "on" | "off" | "getDeviceList">;

/** A device, and whose it is. */
export interface Device {
  /** Its bus and address there, e.g. `2-3`. */
  readonly id: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly bus: number;
  readonly address: number;
  /** Absent: AutoWeave's own. */
  readonly tenantId?: string;
}

/** What a plugin does with a device. All of it rejects with libusb's error, e.g. `LIBUSB_TRANSFER_STALL`. */
export interface Port {
  /** Answer to a request of the device's vendor. */
  ask(request: number, length: number): Promise<Uint8Array>;
  send(endpoint: number, data: Uint8Array): Promise<void>;
  receive(endpoint: number, length: number): Promise<Uint8Array>;
}

export interface Transfer {
  readonly type: "control" | "bulk" | "interrupt";
  readonly direction: "in" | "out";
  /** Its address; for a control transfer 0. */
  readonly endpoint: number;
  /** Number of the vendor's request, of a control transfer. */
  readonly request?: number;
  /** What to send. */
  readonly data?: Uint8Array;
  /** How many bytes to receive at most. */
  readonly length?: number;
}

/** Somebody has pulled the plug. */
export class DeviceGone extends Error {
  /** Of an answer by HTTP. */
  readonly status = 410;

  constructor(id: string) {
    super(`The device ${id} is gone.`);
    this.name = "DeviceGone";
  }
}

interface Events {
  attach: [device: Device];
  detach: [device: Device];
  error: [error: unknown, device: Device];
}

interface Attached {
  readonly device: Device;
  readonly libusb: LibusbDevice;
  /** Ends when everybody has had their turn who asked for the device. */
  turns: Promise<unknown>;
}

/** A request of the vendor, to the device, of which something is expected. Source: USB 2.0 specification, table 9-2. */
const vendorRequestIn = 0xc0;
/** Source: libusb, `LIBUSB_TRANSFER_TYPE_INTERRUPT`. */
const interrupt = 3;

/** The devices of some buses: who comes and goes, and one user at a time for each. */
export class USBDaemon extends EventEmitter<Events> {
  readonly #buses: readonly Bus[];
  readonly #ownerOf: (bus: number) => string | undefined;
  readonly #attached = new Map<string, Attached>();

  constructor(buses: readonly Bus[], ownerOf: (bus: number) => string | undefined) {
    super();
    this.#buses = buses;
    this.#ownerOf = ownerOf;
  }

  /** Tells of the devices that are there, and from now on of those that come and go. */
  start(): void {
    for (const bus of this.#buses) {
      bus.on("attach", this.#came);
      bus.on("detach", this.#went);
      for (const device of bus.getDeviceList()) this.#came(device);
    }
  }

  stop(): void {
    for (const bus of this.#buses) {
      bus.off("attach", this.#came);
      bus.off("detach", this.#went);
    }
  }

  getDevices(): Device[] {
    return [...this.#attached.values()].map(({ device }) => device);
  }

  /** Runs `task` when nobody else uses the device. */
  lend<T>(device: Device, task: (port: Port) => Promise<T>): Promise<T> {
    const attached = this.#find(device);
    const turn = attached.turns.then(() => task(this.#portOf(device)));
    attached.turns = turn.catch(() => {});
    return turn;
  }

  /** Closes a device, opens it again and resets it, when nobody uses it. */
  restart(device: Device): Promise<void> {
    return this.lend(device, async () => {
      await this.close(device);
      await this.open(device);
      await this.reset(device);
    });
  }

  async open(device: Device): Promise<void> {
    const { libusb } = this.#find(device);
    libusb.open();
    libusb.interface(0).claim();
  }

  async close(device: Device): Promise<void> {
    const { libusb } = this.#find(device);
    await promisify<boolean>(libusb.interface(0).release).call(libusb.interface(0), true);
    libusb.close();
  }

  async reset(device: Device): Promise<void> {
    const { libusb } = this.#find(device);
    await promisify(libusb.reset).call(libusb);
  }

  /** What was moved, in or out. */
  async transfer(device: Device, transfer: Transfer): Promise<Uint8Array> {
    const { libusb } = this.#find(device);
    try {
      return await perform(libusb, transfer);
    } catch (error) {
      this.emit("error", error, device);
      throw error;
    }
  }

  #portOf(device: Device): Port {
    const typeOf = (endpoint: number) =>
      endpointOf(this.#find(device).libusb, endpoint).transferType === interrupt ? "interrupt" : "bulk";
    return {
      ask: (request, length) =>
        this.transfer(device, { type: "control", direction: "in", endpoint: 0, request, length }),
      send: async (endpoint, data) => {
        await this.transfer(device, { type: typeOf(endpoint), direction: "out", endpoint, data });
      },
      receive: (endpoint, length) =>
        this.transfer(device, { type: typeOf(endpoint), direction: "in", endpoint, length }),
    };
  }

  #find({ id }: Device): Attached {
    const attached = this.#attached.get(id);
    if (!attached) throw new DeviceGone(id);
    return attached;
  }

  readonly #came = (libusb: LibusbDevice): void => {
    const { busNumber: bus, deviceAddress: address, deviceDescriptor } = libusb;
    const { idVendor: vendorId, idProduct: productId } = deviceDescriptor;
    const tenantId = this.#ownerOf(bus);
    const id = `${bus}-${address}`;
    const device = { id, vendorId, productId, bus, address, ...(tenantId === undefined ? {} : { tenantId }) };
    this.#attached.set(id, { device, libusb, turns: Promise.resolve() });
    this.emit("attach", device);
  };

  readonly #went = ({ busNumber, deviceAddress }: LibusbDevice): void => {
    const id = `${busNumber}-${deviceAddress}`;
    const attached = this.#attached.get(id);
    if (!attached) return;
    this.#attached.delete(id);
    try {
      // The system keeps what was open.
      attached.libusb.close();
    } catch {
      // It was not.
    }
    this.emit("detach", attached.device);
  };
}

async function perform(libusb: LibusbDevice, transfer: Transfer): Promise<Uint8Array> {
  const { type, direction, endpoint, request = 0, data = new Uint8Array(), length = 0 } = transfer;
  if (type === "control") {
    const ask = promisify(libusb.controlTransfer.bind(libusb, vendorRequestIn, request, 0, 0, length));
    return (await ask()) as Uint8Array;
  }
  if (direction === "in") {
    return (await (endpointOf(libusb, endpoint) as InEndpoint).transferAsync(length)) ?? new Uint8Array();
  }
  const written = await (endpointOf(libusb, endpoint) as OutEndpoint).transferAsync(Buffer.from(data));
  return data.subarray(0, written);
}

function endpointOf(libusb: LibusbDevice, address: number) {
  const endpoint = libusb.interface(0).endpoint(address);
  if (!endpoint) throw new Error(`The device has no endpoint 0x${address.toString(16)}.`);
  return endpoint;
}
