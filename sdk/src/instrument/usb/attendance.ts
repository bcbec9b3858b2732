import { context } from "@opentelemetry/api";
import { tenantOf } from "../../context/tenant.ts";
import { overflowValue } from "../../names/index.ts";
import { telemetry } from "../../telemetry.ts";
import { Census, Witness } from "../census.ts";
import type { DeviceIdentity } from "./device.ts";

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

  came({ key, vendorId = "unknown", tenantId }: DeviceIdentity): void {
    if (key !== undefined) this.#witness.came(key, vendorId, tenantId ?? tenantOf(context.active()));
  }

  went({ key }: DeviceIdentity): void {
    this.#witness.went(key);
  }

  /** All devices that are there now. */
  only(devices: readonly DeviceIdentity[]): void {
    this.#witness.onlyThere(new Set(devices.map(({ key }) => key)));
    for (const device of devices) this.came(device);
  }

  leave(): void {
    this.#witness.leave();
  }
}
