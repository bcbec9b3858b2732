import { usbId } from "../../traces/usb-ids.ts";

/** What telemetry says of a USB device. */
export interface DeviceIdentity {
  /** `0x` and four hexadecimal digits, `invalid`, or undefined when the device's object does not tell. */
  readonly vendorId: string | undefined;
  readonly productId: string | undefined;
  /** Where the device is, e.g. `/dev/bus/usb/001/002` on Linux, `1:2` (bus and address) elsewhere. */
  readonly devicePath: string | undefined;
  /** The tenant that the device's object names. */
  readonly tenantId: string | undefined;
}

/** What the objects of the supported libraries tell of a device without touching it. */
interface DeviceLike {
  readonly vendorId?: unknown;
  readonly productId?: unknown;
  readonly devicePath?: unknown;
  readonly path?: unknown;
  readonly tenantId?: unknown;
  /** usb 3.x, and AutoWeave's daemon when it has no path. */
  readonly bus?: unknown;
  readonly address?: unknown;
  /** usb 2.x. */
  readonly busNumber?: unknown;
  readonly deviceAddress?: unknown;
  readonly deviceDescriptor?: { readonly idVendor?: unknown; readonly idProduct?: unknown };
  /** The device of usb 2.x behind a WebUSB device of usb 2.x. */
  readonly device?: DeviceLike;
}

const unknownDevice: DeviceIdentity = {
  vendorId: undefined,
  productId: undefined,
  devicePath: undefined,
  tenantId: undefined,
};

/** Identities of objects that live as long as the device is plugged in. */
const known = new WeakMap<object, DeviceIdentity>();

/**
 * The identity of a device, from its object. Only reads what is known without asking the device: `serialNumber`,
 * `productName` or `configuration` of usb 3.x may open it. Never throws.
 */
export function identityOf(device: unknown): DeviceIdentity {
  if (typeof device !== "object" || device === null) return unknownDevice;
  const found = known.get(device);
  if (found) return found;
  try {
    const identity = read(device);
    // The payload of an event is a new object each time: keeping what it says would cost more than reading it.
    if (Object.getPrototypeOf(device) !== Object.prototype) known.set(device, identity);
    return identity;
  } catch {
    return unknownDevice;
  }
}

function read(device: DeviceLike): DeviceIdentity {
  const { deviceDescriptor: descriptor } = device;
  return {
    vendorId: usbId("vendorId", device.vendorId ?? descriptor?.idVendor),
    productId: usbId("productId", device.productId ?? descriptor?.idProduct),
    devicePath: textOf(device.devicePath) ?? pathOf(device) ?? textOf(device.path),
    tenantId: textOf(device.tenantId),
  };
}

function pathOf(device: DeviceLike): string | undefined {
  const bus = device.bus ?? device.busNumber ?? device.device?.busNumber;
  const address = device.address ?? device.deviceAddress ?? device.device?.deviceAddress;
  if (typeof address !== "number" || (typeof bus !== "number" && typeof bus !== "string")) return undefined;
  // nusb names Linux's buses `001`, libusb counts them: both are the folder of the device's file.
  const linux = process.platform === "linux" && /^\d+$/.test(String(bus));
  return linux ? `/dev/bus/usb/${inThreeDigits(bus)}/${inThreeDigits(address)}` : `${bus}:${address}`;
}

const inThreeDigits = (number: number | string) => String(number).padStart(3, "0");

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** Whether an argument or a payload is a device's object: it has ids. */
export function isDevice(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const { vendorId, devicePath } = identityOf(value);
  return vendorId !== undefined || devicePath !== undefined;
}
