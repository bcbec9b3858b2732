/** A daemon that handles what its USB devices say. */
const { EventEmitter } = require("node:events");
const { done, ready, repeat } = require("./measure.cjs");
const telemetry = require("./telemetry.cjs");

const devices = Array.from({ length: 20 }, (_, index) => ({
  vendorId: 0x1000 + (index % 4),
  productId: 0x2000 + index,
  devicePath: `/dev/bus/usb/001/${String(index).padStart(3, "0")}`,
  attached: false,
}));

const handle = (device) => {
  device.attached = !device.attached;
  done();
};

telemetry.start().then((manager) => {
  const daemon = new EventEmitter();
  const onEvent = (action) =>
    telemetry.byHand({
      name: `usb.${action}`,
      attributes: ({ vendorId, productId, devicePath }) => ({
        "usb.action": action,
        "usb.vendor_id": `0x${vendorId.toString(16)}`,
        "usb.product_id": `0x${productId.toString(16)}`,
        "usb.device_path": devicePath,
      }),
      labels: () => ({ action }),
      message: `USB device: ${action}`,
      handle,
    });
  daemon.on("attach", onEvent("attach"));
  daemon.on("detach", onEvent("detach"));
  manager?.instrumentUSBDaemon(daemon);
  ready();
  repeat((count) => {
    const device = devices[count % devices.length];
    daemon.emit(device.attached ? "detach" : "attach", device);
  });
});
