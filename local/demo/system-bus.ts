import { getLogger } from "@autoweave/observability";
import type { Bus } from "./usb-daemon.ts";

/** The real devices of this machine; undefined where libusb cannot be had. */
export async function systemBus(): Promise<Bus | undefined> {
  try {
    return (await import("usb")).usb;
  } catch (err) {
    getLogger().warn({ err }, "no real USB devices: libusb cannot be loaded");
    return undefined;
  }
}
