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
  /** What tells it from other devices; undefined when nothing does. */
  readonly key: unknown;
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
  key: undefined,
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
    // The payload of an event is a new object each time: keeping what it says would cost more than reading it.
    const isPayload = Object.getPrototypeOf(device) === Object.prototype;
    const identity = read(device, isPayload ? undefined : device);
    if (!isPayload) known.set(device, identity);
    return identity;
  } catch {
    return unknownDevice;
  }
}

/** `itself`: the device's object, if it is the same each time. */
function read(device: DeviceLike, itself: object | undefined): DeviceIdentity {
  const { deviceDescriptor: descriptor } = device;
  const vendorId = usbId("vendorId", device.vendorId ?? descriptor?.idVendor);
  const productId = usbId("productId", device.productId ?? descriptor?.idProduct);
  const devicePath = textOf(device.devicePath) ?? pathOf(device) ?? textOf(device.path);
  const ids = vendorId && `${vendorId}:${productId}`;
  return {
    vendorId,
    productId,
    devicePath,
    tenantId: textOf(device.tenantId),
    key: devicePath ?? itself ?? ids,
  };
}

/** A device of which only its path is known. */
export const deviceAt = (devicePath: string): DeviceIdentity => ({
  ...unknownDevice,
  devicePath,
  key: devicePath,
});

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

/** Whether an object told something of a device. */
export const isKnown = ({ vendorId, devicePath }: DeviceIdentity): boolean =>
  vendorId !== undefined || devicePath !== undefined;
