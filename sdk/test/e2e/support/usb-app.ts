import { instrumentUSBDaemon } from "../../../src/instrument/usb/usb.ts";
import { load } from "../../support/ecosystem.ts";
import { recordTelemetry } from "../../support/recorded-telemetry.ts";

/** An app that uses the packages usb 2.18 and 3.1, with telemetry or without; writes as JSON what it has seen. */

interface Endpoint {
  transferAsync(data: number | Buffer): Promise<unknown>;
}

interface USB2 {
  readonly usb: {
    getDeviceList(): {
      open(): void;
      close(): void;
      interface(number: number): { claim(): void; endpoint(address: number): Endpoint };
    }[];
  };
}

interface USB3 {
  readonly usb: {
    getDevices(): Promise<{ vendorId: number; bus: string; address: number; open(): Promise<void> }[]>;
  };
}

async function useUSB2({ usb }: USB2): Promise<unknown[]> {
  const [device] = usb.getDeviceList();
  if (!device) return ["no device"];
  device.open();
  const vendor = device.interface(0);
  vendor.claim();
  const seen: unknown[] = [];
  seen.push(await vendor.endpoint(0x81).transferAsync(64));
  seen.push(await vendor.endpoint(0x02).transferAsync(Buffer.from("aabbcc", "hex")));
  device.close();
  return seen;
}

async function useUSB3({ usb }: USB3): Promise<unknown[]> {
  const [device] = await usb.getDevices();
  if (!device) return ["no device"];
  const opened = await device.open().then(
    () => "opened",
    (error: unknown) => String(error),
  );
  return [device.vendorId, device.bus, device.address, opened];
}

const usb2 = await load<USB2>("usb2");
const usb3 = await load<USB3>("usb");
const recorded = process.argv.includes("--instrumented") ? recordTelemetry() : undefined;
if (recorded) for (const one of [usb2, usb3]) instrumentUSBDaemon(one);
const seen = [await useUSB2(usb2), await useUSB3(usb3)];
const spans = recorded?.spans.map(({ name, attributes }) => ({ name, attributes }));
const devices = await recorded?.metric("autoweave_usb_devices", { vendor_id: "0x1234" });
console.log(JSON.stringify({ seen, spans, devices }));
process.exit();
