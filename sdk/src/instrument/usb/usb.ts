import { notInstrumentable } from "../not-instrumentable.ts";
import { shared } from "../shared.ts";
import { collectUndos, type Undos } from "../undos.ts";
import { hasMethods, type Undo } from "../wrap.ts";
import { instrumentDaemon } from "./daemon.ts";
import { usbKind } from "./kind.ts";
import { instrumentLibusb, isLibusb } from "./libusb.ts";
import { instrumentWebUSB, isWebUSB } from "./webusb.ts";
import { isObjectOrFunction } from "../objects.ts";

/**
 * Spans `usb.{action}`, the metrics of events, transfers and devices, and a log line for each event, for one of
 *
 * - AutoWeave's daemon, or any emitter of its events: see {@link USBDaemon};
 * - the `usb` package 2.x: its `usb` object (the emitter of `attach` and `detach`), or `webusb`;
 * - the `usb` package 3.x: `usb`, `webusb`, or another `WebUSB`; the devices that it hands out are measured;
 * - either package as a whole, as `import * as usb from "usb"` gives it.
 *
 * Instrument one layer: a daemon or the package that it uses; else what the daemon does is counted twice.
 *
 * `autoweave_usb_event_duration_seconds` lasts, of
 *
 * - an event: until the app's listeners have returned and the promises of those that are async functions have settled (with
 *   usb 3.x of all listeners that were added afterwards). Of other listeners of an emitter a promise is not awaited: whoever
 *   else holds it decides whether its rejection is handled;
 * - a call: until it returns, or its promise settles, or its callback has returned;
 * - an in-transfer that waits for the device (bulk, interrupt, isochronous): from its completion on, while its callback or the
 *   `data` listeners run; not measured for a promise, whose continuation is out of sight. The wait is in
 *   `autoweave_usb_transfer_duration_seconds`.
 *
 * The app's behaviour stays what it is, but for what `observe` says of promises. Nothing is asked of a device, and nobody
 * listens on the app's behalf. Instrumenting twice is instrumenting once. Returns how to take it back.
 * @throws ObservabilityConfigError `AUTOWEAVE_NOT_INSTRUMENTABLE` when `daemon` is none of these, or frozen.
 */
export function instrumentUSBDaemon(daemon: object): Undo {
  if (!isObjectOrFunction(daemon)) throw notInstrumentable("USB daemon", lookedFor, daemon);
  return shared(daemon, usbKind, () =>
    collectUndos((undos) => {
      if (!instrument(daemon, undos)) throw notInstrumentable("USB daemon", lookedFor, daemon);
    }),
  );
}

const lookedFor = [
  "an EventEmitter of attach, detach, transfer, error (AutoWeave's daemon)",
  "methods open, close, reset, transfer, whose first argument is a device (AutoWeave's daemon)",
  "usb 2.x: getDeviceList() and the events attach, detach",
  "usb 3.x or another WebUSB: getDevices() and addEventListener()",
  "the usb package as a whole: its `usb` or `webusb`",
];

function instrument(target: object, undos: Undos): boolean {
  if (isLibusb(target)) instrumentLibusb(target, undos);
  else if (isWebUSB(target)) instrumentWebUSB(target, undos);
  else return instrumentPackage(target, undos) || instrumentDaemon(target, undos);
  return true;
}

/** What the `usb` package exports. */
interface USBPackage {
  readonly usb?: unknown;
  readonly webusb?: unknown;
}

function instrumentPackage(target: object, undos: Undos): boolean {
  if (hasMethods(target, "emit")) return false;
  const { usb, webusb } = target as USBPackage;
  if (!isObjectOrFunction(usb)) return false;
  undos.add(instrumentUSBDaemon(usb));
  // In 2.x, `webusb` is built on `usb`, whose devices are measured; in 3.x they are two of a kind.
  if (!isLibusb(usb) && isObjectOrFunction(webusb) && isWebUSB(webusb))
    undos.add(instrumentUSBDaemon(webusb));
  return true;
}
