import { ClassMethods } from "../class-methods.ts";
import { observeEmitter } from "../emitter-events.ts";
import { harmless } from "../harmless.ts";
import type { Undos } from "../undos.ts";
import { type Callable, hasMethods, wrap } from "../wrap.ts";
import { Attendance } from "./attendance.ts";
import { observeCall, observeCallback } from "./calls.ts";
import { identityOf } from "./device.ts";
import { handlingOf } from "./events.ts";
import { usbKind } from "./kind.ts";
import { beginPolling, type LibusbEndpoint, observeTransfers } from "./libusb-transfers.ts";

/** The `usb` object of usb 2.x. Source: README of usb 2.x, "API". */
export interface LibusbLike {
  /** Emits `attach` and `detach`, with the device. */
  emit(event: string, ...args: unknown[]): boolean;
  getDeviceList(): unknown[];
  /** Absent when libusb could not be loaded. */
  readonly Device?: { readonly prototype: object };
}

/** A `Device` of usb 2.x, as far as it is looked into. */
interface LibusbDevice {
  /** While it is open. */
  readonly interfaces?: readonly LibusbInterface[] | undefined;
}

interface LibusbInterface {
  readonly device: unknown;
  readonly endpoints?: readonly LibusbEndpoint[] | undefined;
}

export const isLibusb = (target: object): target is LibusbLike => hasMethods(target, "emit", "getDeviceList");

const events: ReadonlySet<string> = new Set(["attach", "detach"]);

/**
 * Instruments usb 2.x: its events, and the classes of its devices, interfaces and endpoints, so that every device counts,
 * however the app got it. The classes of interfaces and endpoints show when the first device is opened.
 */
export function instrumentLibusb(usb: LibusbLike, undos: Undos): void {
  const attendance = new Attendance();
  undos.add(() => attendance.leave());
  const devices = devicesOf(undos);
  if (usb.Device) devices.wrapClass(usb.Device.prototype);
  const see = (device: unknown) => {
    if (typeof device === "object" && device !== null) devices.wrapObject(device);
  };

  undos.add(
    observeEmitter(usb, events, usbKind, (name, [, device]) => {
      const identity = identityOf(device);
      if (name === "attach") attendance.came(identity);
      else attendance.went(identity);
      see(device);
      return handlingOf(name as "attach" | "detach", identity);
    }),
  );
  undos.add(
    wrap(usb, "getDeviceList", usbKind, (call, self, args) => {
      const list = Reflect.apply(call, self, args) as unknown[];
      harmless(() => {
        attendance.only(list.map(identityOf));
        list.forEach(see);
      });
      return list;
    }),
  );
}

function devicesOf(undos: Undos): ClassMethods {
  const interfaces = interfacesOf(undos);
  const endpoints = endpointsOf(undos);
  const lookInto = (device: unknown) =>
    harmless(() => {
      devices.wrapObject(device as object);
      for (const one of (device as LibusbDevice).interfaces ?? []) {
        interfaces.wrapObject(one);
        for (const endpoint of one.endpoints ?? []) endpoints.wrapObject(endpoint);
      }
    });
  const devices = new ClassMethods(
    usbKind,
    {
      open(call, self, args) {
        const result = observeCall("open", identityOf(self), call, self, args);
        lookInto(self);
        return result;
      },
      close: (call, self, args) => observeCall("close", identityOf(self), call, self, args),
      reset: (call, self, args) => observeCallback("reset", identityOf(self), call, self, args, 0),
      controlTransfer(call, self, args) {
        const isIn = typeof args[4] === "number";
        const bytes = isIn ? undefined : (args[4] as Uint8Array | undefined)?.byteLength;
        const transfer = { type: "control", direction: isIn ? "in" : "out", bytes } as const;
        return observeCallback("transfer", identityOf(self), call, self, args, 5, { transfer });
      },
      setConfiguration(call, self, args) {
        const [desired, callback] = args as [unknown, Callable | undefined];
        const configured = function (this: unknown, ...results: unknown[]) {
          lookInto(self);
          return callback && Reflect.apply(callback, this, results);
        };
        const method = "setConfiguration";
        return observeCallback("configure", identityOf(self), call, self, [desired, configured], 1, {
          method,
        });
      },
      // How an app gets at the endpoints of a device that was opened before.
      interface(call, self, args) {
        lookInto(self);
        return Reflect.apply(call, self, args);
      },
    },
    undos,
  );
  return devices;
}

function interfacesOf(undos: Undos): ClassMethods {
  const device = (self: unknown) => identityOf((self as LibusbInterface).device);
  return new ClassMethods(
    usbKind,
    {
      claim: (call, self, args) =>
        observeCall("configure", device(self), call, self, args, { method: "claim" }),
      release(call, self, args) {
        const position = typeof args[0] === "function" || args.length === 0 ? 0 : 1;
        return observeCallback("configure", device(self), call, self, args, position, { method: "release" });
      },
      setAltSetting(call, self, args) {
        const method = "setAltSetting";
        return observeCallback("configure", device(self), call, self, args, 1, { method });
      },
    },
    undos,
  );
}

function endpointsOf(undos: Undos): ClassMethods {
  return new ClassMethods(
    usbKind,
    {
      makeTransfer: (call, self, args) =>
        observeTransfers(call, self as LibusbEndpoint, args, () => undos.done),
      startPoll: beginPolling,
      clearHalt: (call, self, args) =>
        observeCallback("configure", identityOf((self as LibusbEndpoint).device), call, self, args, 0, {
          method: "clearHalt",
        }),
    },
    undos,
  );
}
