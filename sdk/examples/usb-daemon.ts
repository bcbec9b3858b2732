import { initializeObservability } from "@autoweave/observability";
import { FakeUSB3, FakeUSB3Device } from "@autoweave/observability/testing";

const observability = initializeObservability({ serviceName: "usb-daemon", tenantId: "acme" });
await observability.initialize();

// With real devices: import { webusb as usb } from "usb";
const usb = new FakeUSB3();
observability.instrumentUSBDaemon(usb);

const detached = new Promise<void>((resolve) => {
  usb.addEventListener("connect", async (event) => {
    const { device } = event as Event & { device: FakeUSB3Device };
    await device.open();
    await device.claimInterface(0);
    const { data } = await device.transferIn(1, 64);
    console.log(`The scale shows ${data?.getUint16(0)} g.`);
    await device.close();
  });
  usb.addEventListener("disconnect", () => resolve());
});

const scale = new FakeUSB3Device({ vendorId: 0x0922, productId: 0x8003 });
usb.plug(scale);
scale.hardware.send(1, new Uint8Array([1, 44]));
setTimeout(() => usb.unplug(scale), 200);

await detached;
await observability.shutdown();
