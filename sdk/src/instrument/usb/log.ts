import { attributes, type UsbAction } from "../../names/index.ts";
import { telemetry } from "../../telemetry.ts";
import { isTelemetryOn } from "../live.ts";
import type { DeviceIdentity } from "./device.ts";

const logger = telemetry.logger.child({ component: "usb" });

const done: Record<UsbAction, string> = {
  attach: "USB device attached",
  detach: "USB device detached",
  transfer: "USB transfer done",
  open: "USB device opened",
  close: "USB device closed",
  reset: "USB device reset",
  configure: "USB device configured",
  error: "USB error",
};

/** What an operation was. */
export interface LoggedOperation {
  readonly action: UsbAction;
  readonly device: DeviceIdentity;
  /** How long it took until it was over, in ms. */
  readonly durationMs: number;
  /** Payload of a transfer. */
  readonly bytes: number | undefined;
  /** Set when it failed. */
  readonly errorType: string | undefined;
  readonly error: unknown;
}

/** `info` for devices that come and go, `debug` for what is done with them, `warn` for what failed, `error` for `error` events. */
const levelOf = (action: UsbAction, errorType: string | undefined) => {
  if (action === "error") return "error";
  if (errorType !== undefined) return "warn";
  return action === "attach" || action === "detach" ? "info" : "debug";
};

/** Whether an operation is logged: at the present level, and not where the app's own lines are all that is wanted. */
export const isLogged = (action: UsbAction, errorType: string | undefined): boolean =>
  isTelemetryOn() && logger.isLevelEnabled(levelOf(action, errorType));

/** Writes the line of an operation. */
export function logOperation(operation: LoggedOperation): void {
  const { action, device, durationMs, bytes, errorType, error } = operation;
  const fields = {
    [attributes.usbAction]: action,
    [attributes.usbVendorId]: device.vendorId,
    [attributes.usbProductId]: device.productId,
    [attributes.usbDevicePath]: device.devicePath,
    [attributes.usbTransferBytes]: bytes,
    [attributes.errorType]: errorType,
    err: error,
    duration_ms: Math.round(durationMs * 1_000) / 1_000,
  };
  logger[levelOf(action, errorType)](
    fields,
    errorType === undefined || action === "error" ? done[action] : `USB ${action} failed`,
  );
}
