import type { TransferDirection, TransferType, UsbAction } from "../../names/index.ts";
import { ClassMethods } from "../class-methods.ts";
import { observeEmitter } from "../emitter-events.ts";
import { observe } from "../observe.ts";
import { observeTarget } from "../target-events.ts";
import type { Undos } from "../undos.ts";
import { type Around, hasMethods, wrap } from "../wrap.ts";
import { Attendance } from "./attendance.ts";
import { observeCall } from "./calls.ts";
import { identityOf } from "./device.ts";
import { handlingOf } from "./events.ts";
import { usbKind } from "./kind.ts";
import type { Transfer } from "./transfer.ts";

/** The `usb` or `webusb` object of usb 3.x, `webusb` of usb 2.x, or another WebUSB. Source: WebUSB, `interface USB`. */
export interface WebUSBLike {
  getDevices(): Promise<unknown[]>;
  addEventListener(type: string, listener: unknown): void;
  /** usb 2.x: emits `connect` and `disconnect` in place of the target. */
  readonly emitter?: object;
}

export const isWebUSB = (target: object): target is WebUSBLike =>
  hasMethods(target, "getDevices", "addEventListener");

const actions: ReadonlyMap<string, "attach" | "detach"> = new Map([
  ["connect", "attach"],
  ["disconnect", "detach"],
]);
const events: ReadonlySet<string> = new Set(actions.keys());

/** Methods that find one device. */
const finders = ["requestDevice", "findDeviceByIds", "findDeviceBySerial"];

/**
 * Instruments WebUSB: its events, and the class of the devices that it hands out. Nobody listens on the app's behalf: on
 * machines without USB, listening alone ends the process with usb 3.x.
 */
export function instrumentWebUSB(usb: WebUSBLike, undos: Undos): void {
  const attendance = new Attendance();
  undos.add(() => attendance.leave());
  const devices = new ClassMethods(usbKind, deviceMethods, undos);
  const see = (device: unknown) => {
    if (typeof device === "object" && device !== null) devices.wrapObject(device);
  };
  const handling = (type: string, event: object) => {
    const { device } = event as { device?: unknown };
    const action = actions.get(type) as "attach" | "detach";
    const identity = identityOf(device);
    if (action === "attach") attendance.came(identity);
    else attendance.went(identity);
    see(device);
    return handlingOf(action, identity);
  };

  undos.add(
    observeTarget(usb as unknown as EventTarget, events, usbKind, (event) => handling(event.type, event)),
  );
  if (usb.emitter) {
    undos.add(
      observeEmitter(usb.emitter, events, usbKind, (type, [, event]) => handling(type, event as object)),
    );
  }
  undos.add(
    onResult(usb, "getDevices", (found) => {
      if (!Array.isArray(found)) return;
      attendance.only(found.map(identityOf));
      found.forEach(see);
    }),
  );
  for (const finder of finders) {
    undos.add(
      onResult(usb, finder, (found) => {
        attendance.came(identityOf(found));
        see(found);
      }),
    );
  }
}

/** Shows what a method resolves with. */
function onResult(usb: object, method: string, show: (value: unknown) => void) {
  const observation = { succeeded: show, failed: () => {} };
  return wrap(usb, method, usbKind, (call, self, args) => observe(call, self, args, observation));
}

const does =
  (action: UsbAction): Around =>
  (call, self, args) =>
    observeCall(action, identityOf(self), call, self, args);

const configures =
  (method: string): Around =>
  (call, self, args) =>
    observeCall("configure", identityOf(self), call, self, args, { method });

/** `describe` tells what the arguments say of a transfer. */
const transfers =
  (describe: (device: unknown, args: unknown[]) => Transfer): Around =>
  (call, self, args) =>
    observeCall("transfer", identityOf(self), call, self, args, { transfer: describe(self, args) });

/** Source: WebUSB, `interface USBDevice`; the drivers' methods are usb 3.x's. */
const deviceMethods: Readonly<Record<string, Around>> = {
  open: does("open"),
  close: does("close"),
  forget: does("close"),
  reset: does("reset"),
  claimInterface: configures("claimInterface"),
  releaseInterface: configures("releaseInterface"),
  selectConfiguration: configures("selectConfiguration"),
  selectAlternateInterface: configures("selectAlternateInterface"),
  clearHalt: configures("clearHalt"),
  attachKernelDriver: configures("attachKernelDriver"),
  detachKernelDriver: configures("detachKernelDriver"),
  controlTransferIn: transfers(() => ({ type: "control", direction: "in" })),
  controlTransferOut: transfers((_, [, data]) => ({
    type: "control",
    direction: "out",
    bytes: sizeOf(data),
  })),
  transferIn: transfers((device, [endpoint]) => ({
    type: typeOf(device, "in", endpoint),
    direction: "in",
  })),
  transferOut: transfers((device, [endpoint, data]) => ({
    type: typeOf(device, "out", endpoint),
    direction: "out",
    bytes: sizeOf(data),
  })),
  isochronousTransferIn: transfers(() => ({ type: "isochronous", direction: "in" })),
  isochronousTransferOut: transfers((_, [, data]) => ({
    type: "isochronous",
    direction: "out",
    bytes: sizeOf(data),
  })),
};

const sizeOf = (data: unknown) => (data as { byteLength?: number } | undefined)?.byteLength;

interface Configuration {
  readonly interfaces: readonly {
    readonly alternates: readonly {
      readonly endpoints: readonly {
        readonly endpointNumber: number;
        readonly direction: TransferDirection;
        readonly type: TransferType;
      }[];
    }[];
  }[];
}

/**
 * Whether an endpoint is bulk or interrupt, where the device's object holds its configurations as data (usb 2.x). Those of
 * usb 3.x are getters, which ask the device: there it stays unknown.
 */
function typeOf(device: unknown, direction: TransferDirection, endpoint: unknown): TransferType | undefined {
  try {
    const held = Reflect.getOwnPropertyDescriptor(device as object, "configurations")?.value as
      readonly Configuration[] | undefined;
    for (const { interfaces } of held ?? []) {
      for (const { alternates } of interfaces) {
        for (const { endpoints } of alternates) {
          const found = endpoints.find(
            (one) => one.endpointNumber === endpoint && one.direction === direction,
          );
          if (found) return found.type;
        }
      }
    }
  } catch {
    // It is not what WebUSB says it is.
  }
  return undefined;
}
