import type { TransferDirection, TransferType, UsbAction } from "../../names/index.ts";
import { observeEmitter } from "../emitter-events.ts";
import type { EventHandling } from "../event-handling.ts";
import { harmless } from "../harmless.ts";
import { observe } from "../observe.ts";
import type { Undos } from "../undos.ts";
import { wrap } from "../wrap.ts";
import { observeCall } from "./calls.ts";
import { type DeviceIdentity, identityOf, isKnown } from "./device.ts";
import { handlingOf } from "./events.ts";
import { usbKind } from "./kind.ts";
import type { OperationDetails } from "./operation.ts";
import { SeenDevices } from "./seen-devices.ts";
import { amountOf, directionOf, type Transfer, transferTypeOf } from "./transfer.ts";
import { isObject } from "../objects.ts";

/** A device as AutoWeave's daemon tells of it; `bus` and `address` stand for a path where there is none. */
export interface USBDaemonDevice {
  /** A number, or hexadecimal text with or without `0x`. */
  readonly vendorId: number | string;
  readonly productId: number | string;
  /** E.g. `/dev/bus/usb/001/002`. */
  readonly devicePath?: string;
  readonly bus?: number | string;
  readonly address?: number;
  /** Whose device it is. Default: the current tenant's. */
  readonly tenantId?: string;
}

/** What a `transfer` event tells of a transfer that is over: with the device's own properties, or the device beside it. */
export interface USBDaemonTransfer extends Partial<USBDaemonDevice> {
  readonly device?: USBDaemonDevice;
  readonly type?: TransferType;
  readonly direction?: TransferDirection;
  /** Payload that was moved. */
  readonly bytes?: number;
  /** From its submission on. */
  readonly durationMs?: number;
  /** Why it failed. */
  readonly error?: unknown;
}

/** What a daemon's `transfer` may be told of a transfer, after the device. */
export interface USBDaemonTransferRequest {
  readonly type?: TransferType;
  /** Default: by bit 7 of `endpoint`, else `out` if there is `data`. */
  readonly direction?: TransferDirection;
  /** Address of the endpoint; bit 7 set is in. */
  readonly endpoint?: number;
  /** What to send. */
  readonly data?: ArrayBufferView | ArrayBuffer;
}

/**
 * AutoWeave's USB daemon, or anything that has some of this. Each action is measured once: by its method if there is one, else
 * by its event.
 */
export interface USBDaemon {
  /**
   * `attach` and `detach` with a {@link USBDaemonDevice}, `transfer` with a {@link USBDaemonTransfer} or with a device and one,
   * `error` with an error that may have a `device`, or a device after it; `open`, `close` and `reset` with a device.
   */
  emit?(event: string, ...args: never[]): boolean;
  /** Calls whose first argument is no device (an object with ids, or the path of one that was seen) are none of these. */
  open?(device: never, ...args: never[]): unknown;
  close?(device: never, ...args: never[]): unknown;
  reset?(device: never, ...args: never[]): unknown;
  /** Returns, or promises, the bytes or their number, or an object with `data`, `bytesWritten` or `bytesTransferred`. */
  transfer?(device: never, request?: never, ...args: never[]): unknown;
  /** All devices, if called without arguments. */
  getDevices?(...args: never[]): unknown;
}

const methods = ["open", "close", "reset", "transfer"] as const satisfies UsbAction[];

/** Instruments what there is of a `USBDaemon`. Returns whether there was something. */
export function instrumentDaemon(daemon: object, undos: Undos): boolean {
  const seen = new SeenDevices();
  undos.add(() => seen.leave());
  const measured = methods.filter((action) => undos.add(instrumentMethod(daemon, action, seen)));
  const events = new Set(Object.keys(eventHandlers));
  for (const action of measured) events.delete(action);
  const emits = undos.add(
    observeEmitter(daemon, events, usbKind, (name, args) => eventHandlers[name]?.(args, seen)),
  );
  if (!emits && measured.length === 0) return false;
  undos.add(instrumentList(daemon, seen));
  return true;
}

function instrumentMethod(daemon: object, action: (typeof methods)[number], seen: SeenDevices) {
  return wrap(daemon, action, usbKind, (call, self, args) => {
    const device = seen.find(args[0]);
    if (device === undefined) return Reflect.apply(call, self, args);
    const details =
      action === "transfer" ? { transfer: harmless(requestedTransfer, args[1]) ?? {} } : undefined;
    return observeCall(action, device, call, self, args, details);
  });
}

function instrumentList(daemon: object, seen: SeenDevices) {
  const observation = {
    succeeded: (list: unknown) => {
      if (Array.isArray(list)) seen.only(list.map(identityOf));
    },
    failed: () => {},
  };
  return wrap(daemon, "getDevices", usbKind, (call, self, args) =>
    args.length > 0 ? Reflect.apply(call, self, args) : observe(call, self, args, observation),
  );
}

type EventHandler = (args: unknown[], seen: SeenDevices) => EventHandling | undefined;

/** `args` are those of `emit`: the event's name comes first. */
const eventHandlers: Readonly<Record<string, EventHandler>> = {
  attach([, payload], seen) {
    const device = deviceIn(payload);
    seen.came(device);
    return handlingOf("attach", device);
  },
  detach([, payload], seen) {
    const device = deviceIn(payload);
    seen.went(device);
    return handlingOf("detach", device);
  },
  transfer([, first, second]) {
    const { error, ...details } = harmless(toldTransfer, isObject(second) ? second : first) ?? noTransfer;
    return handlingOf("transfer", deviceIn(first), details, error);
  },
  error([, error, given]) {
    const device = given === undefined ? deviceIn(error) : deviceIn(given);
    return handlingOf("error", device, undefined, error ?? "unknown");
  },
  open: ([, payload]) => handlingOf("open", deviceIn(payload)),
  close: ([, payload]) => handlingOf("close", deviceIn(payload)),
  reset: ([, payload]) => handlingOf("reset", deviceIn(payload)),
};

/** The device that a payload is, or that it has. */
function deviceIn(payload: unknown): DeviceIdentity {
  const device = identityOf(payload);
  if (isKnown(device) || !isObject(payload)) return device;
  return identityOf(harmless(() => (payload as { device?: unknown }).device));
}

interface ToldTransfer extends OperationDetails {
  readonly error?: unknown;
}

const noTransfer: ToldTransfer = { transfer: {}, completion: {} };

/** What a `transfer` event tells of the transfer. */
function toldTransfer(payload: unknown): ToldTransfer {
  if (!isObject(payload)) return noTransfer;
  const { type, direction, bytes, durationMs, error } = payload as USBDaemonTransfer;
  const transfer = { type: transferTypeOf(type), direction: directionOf(direction) };
  const completion = { bytes: amountOf(bytes), durationMs: amountOf(durationMs) };
  return { transfer, completion, error: error ?? undefined };
}

/** Bit 7 of an endpoint's address. Source: USB 2.0 specification, table 9-13. */
const inBit = 0x80;

function requestedTransfer(request: unknown): Transfer {
  if (!isObject(request)) return {};
  const {
    type,
    endpoint,
    data,
    direction = impliedDirection(endpoint, data),
  } = request as USBDaemonTransferRequest;
  return {
    type: transferTypeOf(type),
    direction: directionOf(direction),
    bytes: direction === "out" ? amountOf(data?.byteLength) : undefined,
  };
}

function impliedDirection(endpoint: unknown, data: unknown): TransferDirection {
  if (typeof endpoint === "number") return endpoint & inBit ? "in" : "out";
  return data === undefined ? "in" : "out";
}
