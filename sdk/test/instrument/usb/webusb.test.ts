import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { SpanStatusCode } from "@opentelemetry/api";
import { instrumentUSBDaemon } from "../../../src/instrument/usb/usb.ts";
import { FakeUSB3, FakeUSB3Device, USBFault } from "../../../src/testing/usb/index.ts";
import { load } from "../../support/ecosystem.ts";
import { heapBytes } from "../../support/memory.ts";
import { type RecordedTelemetry, recordTelemetry } from "../../support/recorded-telemetry.ts";

const ids = { vendorId: 0x1234, productId: 0x5678, bus: 1, address: 2 };
const setup = { requestType: "vendor", recipient: "device", request: 1, value: 0, index: 0 } as const;

describe("instrumenting usb 3.x (fake devices)", () => {
  let recorded: RecordedTelemetry;
  let undo: () => void;
  let usb: FakeUSB3;
  let device: FakeUSB3Device;
  beforeEach(() => {
    recorded = recordTelemetry();
    device = new FakeUSB3Device(ids);
    usb = new FakeUSB3([device]);
    undo = instrumentUSBDaemon(usb);
  });
  afterEach(async () => {
    undo();
    await recorded.stop();
  });

  it("measures what is done with a device that was asked for", async () => {
    const [found] = await usb.getDevices();
    assert.equal(found, device);
    await device.open();
    await device.claimInterface(0);
    device.hardware.send(1, Uint8Array.of(1, 2, 3));
    const { data } = await device.transferIn(1, 64);
    assert.equal(data.byteLength, 3);
    assert.equal((await device.transferOut(2, new Uint8Array(8))).bytesWritten, 8);
    assert.equal((await device.controlTransferIn(setup, 4)).data.byteLength, 4);
    await device.reset();
    await device.close();

    const names = recorded.spans.map((span) => span.name);
    assert.deepEqual(names, [
      "usb.open",
      "usb.configure",
      "usb.transfer",
      "usb.transfer",
      "usb.transfer",
      "usb.reset",
      "usb.close",
    ]);
    const [, claim, transfer] = recorded.spans;
    assert.equal(claim?.attributes["code.function.name"], "claimInterface");
    assert.equal(transfer?.attributes["usb.device_path"], "/dev/bus/usb/001/002");
    assert.equal(transfer?.attributes["usb.transfer.bytes"], 3);
    const bytes = "autoweave_usb_transfer_bytes_total";
    assert.equal(await recorded.metric(bytes, { direction: "in", type: "unknown" }), 3);
    assert.equal(await recorded.metric(bytes, { direction: "out", type: "unknown" }), 8);
    assert.equal(await recorded.metric(bytes, { direction: "in", type: "control" }), 4);
  });

  for (const finder of ["requestDevice", "findDeviceByIds", "findDeviceBySerial"] as const) {
    it(`measures devices found by ${finder}`, async () => {
      const serial = new FakeUSB3Device({ ...ids, address: 9, serialNumber: "A1" });
      usb.plug(serial);
      const finders = {
        requestDevice: () => usb.requestDevice({ filters: [{ vendorId: 0x1234 }] }),
        findDeviceByIds: () => usb.findDeviceByIds(0x1234, 0x5678),
        findDeviceBySerial: () => usb.findDeviceBySerial("A1"),
      };
      const found = await finders[finder]();
      await found?.open();
      assert.ok(recorded.span("usb.open"));
    });
  }

  it("measures hot-plugging until the app has handled it, whatever function its listener is", async () => {
    const handled = Promise.withResolvers<undefined>();
    usb.addEventListener("connect", () => handled.promise);
    usb.plug(new FakeUSB3Device({ ...ids, address: 3 }));
    await delay(5);
    assert.deepEqual(recorded.spans, []);
    handled.resolve(undefined);
    await recorded.ended(1);
    assert.equal(recorded.span("usb.attach").attributes["usb.device_path"], "/dev/bus/usb/001/003");
    assert.equal(await recorded.metric("autoweave_usb_devices", { vendor_id: "0x1234" }), 1);
    assert.equal(recorded.lines[0]?.["msg"], "USB device attached");
  });

  it("tells failures by their kind, and gives the app the error itself", async () => {
    await usb.getDevices();
    device.hardware.faults.open = "access";
    await assert.rejects(device.open(), { message: "open error: permission denied (errno 13)" });
    device.hardware.faults = {};
    await device.open();
    const stalling = new FakeUSB3Device({
      ...ids,
      address: 4,
      respond: () => {
        throw new USBFault("stall");
      },
    });
    await stalling.open();
    await assert.rejects(stalling.transferIn(1, 1), { message: "transferIn error: Stall" });
    await assert.rejects(device.transferIn(3, 1, 5), { message: "transferIn error: Cancelled" });
    const failed = recorded.spans.filter((span) => span.status.code === SpanStatusCode.ERROR);
    assert.deepEqual(
      failed.map((span) => [span.name, span.attributes["error.type"]]),
      [
        ["usb.open", "access"],
        ["usb.transfer", "stall"],
        ["usb.transfer", "cancelled"],
      ],
    );
    assert.equal(
      await recorded.metric("autoweave_usb_events_total", { action: "transfer", outcome: "error" }),
      2,
    );
  });

  it("counts a transfer as failed whose result says that it stalled", async () => {
    class Stalled extends FakeUSB3Device {
      override transferIn(): never {
        return Promise.resolve({ status: "stall" }) as never;
      }
    }
    const stalled = new Stalled({ ...ids, address: 5 });
    usb.plug(stalled);
    assert.deepEqual(await stalled.transferIn(), { status: "stall" });
    assert.equal(recorded.span("usb.transfer").attributes["error.type"], "stall");
  });

  it("takes the wait for a device as the transfer's duration, and not as the app's latency", async () => {
    await usb.getDevices();
    await device.open();
    const waiting = device.transferIn(1, 64);
    await delay(20);
    device.hardware.send(1, new Uint8Array(1));
    await waiting;
    await device.transferOut(2, new Uint8Array(1));
    const labels = { direction: "in", type: "unknown" };
    assert.ok((await recorded.sum("autoweave_usb_transfer_duration_seconds", labels)) >= 0.019);
    const handled = await recorded.metric("autoweave_usb_event_duration_seconds", { action: "transfer" });
    assert.equal(handled, 1);
  });

  it("counts `forget`, which closes, once", async () => {
    await usb.getDevices();
    await device.open();
    await device.forget();
    assert.equal(await recorded.metric("autoweave_usb_events_total", { action: "close" }), 1);
  });

  it("touches nothing of a device that could open it", async () => {
    class Touchy extends FakeUSB3Device {
      override get serialNumber(): never {
        throw new Error("touched");
      }
      override get configuration(): never {
        throw new Error("touched");
      }
      override get configurations(): never {
        throw new Error("touched");
      }
    }
    const touchy = new Touchy({ ...ids, address: 6 });
    usb.plug(touchy);
    await usb.getDevices();
    await touchy.open();
    await touchy.transferOut(2, new Uint8Array(1));
    usb.unplug(touchy);
    assert.equal(touchy.hardware.calls.length, 1);
    assert.equal(recorded.spans.length, 4);
  });

  it("leaves a device's object as it is, and its class too when it is taken back", async () => {
    class Own extends FakeUSB3Device {}
    const own = new Own({ ...ids, address: 7 });
    usb.plug(own);
    await usb.getDevices();
    assert.deepEqual(Object.keys(own), ["hardware"]);
    assert.equal(own.open.name, "open");
    undo();
    assert.deepEqual(Object.getOwnPropertyNames(Own.prototype), ["constructor"]);
    assert.deepEqual(Object.getOwnPropertyNames(usb), []);
    await own.open();
    assert.deepEqual(
      recorded.spans.map((span) => span.name),
      ["usb.attach"],
    );
  });

  it("measures devices that define their methods themselves, and lets go of them", async () => {
    const plain = { vendorId: 1, productId: 2, open: async () => "opened" };
    const { open } = plain;
    const list = Object.assign(new EventTarget(), { getDevices: async () => [plain] });
    const undoList = instrumentUSBDaemon(list);
    await list.getDevices();
    await list.getDevices();
    assert.equal(await plain.open(), "opened");
    assert.equal(recorded.spans.length, 1);
    undoList();
    assert.equal(plain.open, open);
  });

  it("keeps no device alive", async () => {
    const list = Object.assign(new EventTarget(), {
      getDevices: async () => Array.from({ length: 100 }, () => ({ vendorId: 1, productId: 2, open() {} })),
    });
    const undoList = instrumentUSBDaemon(list);
    const devices = (await list.getDevices()).map((one) => new WeakRef(one));
    await delay(1);
    heapBytes();
    assert.ok(devices.every((one) => one.deref() === undefined));
    undoList();
  });

  it("counts devices of a list, and no longer those that have left it", async () => {
    const other = new FakeUSB3Device({ ...ids, address: 8 });
    usb.plug(other);
    await usb.getDevices();
    assert.equal(await recorded.metric("autoweave_usb_devices"), 2);
    usb.unplug(other);
    assert.equal(await recorded.metric("autoweave_usb_devices"), 1);
    usb.unplug(device);
    assert.equal(await recorded.metric("autoweave_usb_devices"), 0);
  });

  it("wraps no class twice for two that hand out its devices", async () => {
    const { open } = FakeUSB3Device.prototype;
    const second = new FakeUSB3([device]);
    const undoSecond = instrumentUSBDaemon(second);
    await usb.getDevices();
    await second.getDevices();
    await device.open();
    assert.equal(recorded.spans.length, 1);
    undo();
    await device.close();
    assert.equal(recorded.spans.length, 2);
    undoSecond();
    assert.equal(FakeUSB3Device.prototype.open, open);
    await device.open();
    assert.equal(recorded.spans.length, 2);
  });
});

interface USB3Package {
  readonly usb: EventTarget & { getDevices(): Promise<unknown[]>; listenerCount: number };
  readonly webusb: EventTarget & { getDevices(): Promise<unknown[]> };
}

describe("instrumenting usb 3.1 (the package, without devices)", () => {
  let recorded: RecordedTelemetry;
  beforeEach(() => {
    recorded = recordTelemetry();
  });
  afterEach(() => recorded.stop());

  it("takes the package as a whole, or its parts, and leaves no trace", async () => {
    const packages = await load<USB3Package>("usb");
    const before = [packages.usb, packages.webusb].map((one) => Object.getOwnPropertyNames(one));
    for (const target of [packages, packages.usb, packages.webusb]) {
      const undo = instrumentUSBDaemon(target);
      assert.ok(Object.hasOwn(target === packages.webusb ? packages.webusb : packages.usb, "getDevices"));
      undo();
    }
    assert.deepEqual(
      [packages.usb, packages.webusb].map((one) => Object.getOwnPropertyNames(one)),
      before,
    );
  });

  it("listens to nothing by itself: the package does not begin to watch for devices", async () => {
    const { usb } = await load<USB3Package>("usb");
    const undo = instrumentUSBDaemon(usb);
    assert.equal(usb.listenerCount, 0);
    undo();
    assert.equal(usb.listenerCount, 0);
  });

  it("sees the package's own events, with the devices' getters untouched", async () => {
    const { usb } = await load<USB3Package>("usb");
    const undo = instrumentUSBDaemon(usb);
    const device = new FakeUSB3Device(ids);
    usb.dispatchEvent(Object.assign(new Event("connect"), { device }));
    usb.dispatchEvent(Object.assign(new Event("disconnect"), { device }));
    undo();
    assert.deepEqual(
      recorded.spans.map((span) => [span.name, span.attributes["usb.vendor_id"]]),
      [
        ["usb.attach", "0x1234"],
        ["usb.detach", "0x1234"],
      ],
    );
  });

  it("lists devices, or fails to, as without it", async () => {
    const { usb } = await load<USB3Package>("usb");
    const listed = () => usb.getDevices().then(String, String);
    const bare = await listed();
    const undo = instrumentUSBDaemon(usb);
    assert.equal(await listed(), bare);
    undo();
  });
});
