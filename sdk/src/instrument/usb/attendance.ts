import { context } from "@opentelemetry/api";
import { tenantOf } from "../../context/tenant.ts";
import { overflowValue } from "../../names/index.ts";
import { telemetry } from "../../telemetry.ts";
import { Census, Witness } from "../census.ts";
import { identityOf } from "./device.ts";

const census = new Census(overflowValue);
telemetry.metrics.onCollect(() =>
  census.publish((vendorId, count, tenantId) =>
    telemetry.metrics.set("usbDevices", { vendor_id: vendorId }, count, tenantId),
  ),
);

/**
 * The devices that an app sees in one place, for `autoweave_usb_devices`: those that events or lists told it of, less those that
 * have gone. A device that is seen in two places counts once. Devices are never looked for on the app's behalf.
 */
export class Attendance {
  readonly #witness = new Witness(census);

  came(device: unknown): void {
    if (typeof device !== "object" || device === null) return;
    const { vendorId = "unknown", tenantId } = identityOf(device);
    this.#witness.came(keyOf(device), vendorId, tenantId ?? tenantOf(context.active()));
  }

  went(device: unknown): void {
    if (typeof device === "object" && device !== null) this.#witness.went(keyOf(device));
  }

  /** All devices that are there now. */
  only(devices: readonly unknown[]): void {
    const present = devices.filter(
      (device): device is object => typeof device === "object" && device !== null,
    );
    this.#witness.onlyThere(new Set(present.map(keyOf)));
    for (const device of present) this.came(device);
  }

  leave(): void {
    this.#witness.leave();
  }
}

/** What tells devices apart: where they are, else their object, unless each event brings a new one. */
function keyOf(device: object): unknown {
  const { devicePath, vendorId, productId } = identityOf(device);
  if (devicePath !== undefined) return devicePath;
  return Object.getPrototypeOf(device) === Object.prototype ? `${vendorId}:${productId}` : device;
}
