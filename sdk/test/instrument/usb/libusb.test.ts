import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { context, createContextKey } from "@opentelemetry/api";
import { instrumentUSBDaemon } from "../../../src/instrument/usb/usb.ts";
import { telemetry } from "../../../src/telemetry.ts";
import type { FakeUSB2InEndpoint, FakeUSB2OutEndpoint } from "../../../src/testing/usb/index.ts";
import {
  type FakeDeviceOptions,
  FakeUSB2,
  FakeUSB2Device,
  USBFault,
} from "../../../src/testing/usb/index.ts";
import { load } from "../../support/ecosystem.ts";
import { type RecordedTelemetry, recordTelemetry } from "../../support/recorded-telemetry.ts";

const ids: FakeDeviceOptions = { vendorId: 0x1234, productId: 0x5678, bus: 1, address: 2 };
const vendorIn = 0xc0;
const vendorOut = 0x40;

describe("instrumenting usb 2.x (fake devices)", () => {
  let recorded: RecordedTelemetry;
  let undo: () => void;
  let usb: FakeUSB2;
  let device: FakeUSB2Device;
  const bulkIn = () => device.interface(0).endpoint(0x81) as FakeUSB2InEndpoint;
  const bulkOut = () => device.interface(0).endpoint(0x02) as FakeUSB2OutEndpoint;
  const names = () => recorded.spans.map((span) => span.name);
  beforeEach(() => {
    recorded = recordTelemetry();
    device = new FakeUSB2Device(ids);
    usb = new FakeUSB2([device]);
    undo = instrumentUSBDaemon(usb);
  });
  afterEach(async () => {
    undo();
    await recorded.stop();
  });

  it("measures devices however the app got them", async () => {
    device.open();
    device.interface(0).claim();
    await promisify(device.reset).call(device);
    device.close();
    assert.deepEqual(names(), ["usb.open", "usb.configure", "usb.reset", "usb.close"]);
    const [open, claim] = recorded.spans;
    assert.equal(open?.attributes["usb.device_path"], "/dev/bus/usb/001/002");
    assert.equal(claim?.attributes["code.function.name"], "claim");
  });

  it("makes attach and detach events of the device, and counts what a list shows", async () => {
    const second = new FakeUSB2Device({ ...ids, address: 3 });
    usb.on("attach", () => {});
    usb.getDeviceList();
    usb.plug(second);
    assert.equal(await recorded.metric("autoweave_usb_devices", { vendor_id: "0x1234" }), 2);
    usb.unplug(second);
    usb.unplug(device);
    assert.deepEqual(names(), ["usb.attach", "usb.detach", "usb.detach"]);
    assert.equal(await recorded.metric("autoweave_usb_devices", { vendor_id: "0x1234" }), 0);
  });

  it("measures control transfers, with and without a callback, in either direction", async () => {
    device.open();
    const read = Promise.withResolvers<unknown[]>();
    const returned = device.controlTransfer(vendorIn, 1, 0, 0, 4, function (this: unknown, ...results) {
      read.resolve([this, ...results]);
    });
    assert.equal(returned, device);
    assert.deepEqual(await read.promise, [device, undefined, Buffer.alloc(4)]);
    device.controlTransfer(vendorOut, 1, 0, 0, Buffer.alloc(7));
    await recorded.ended(3);
    const bytes = "autoweave_usb_transfer_bytes_total";
    assert.equal(await recorded.metric(bytes, { direction: "in", type: "control" }), 4);
    assert.equal(await recorded.metric(bytes, { direction: "out", type: "control" }), 7);
  });

  it("lets an error be thrown that is thrown, and counts it", () => {
    device.open();
    assert.throws(() => device.controlTransfer(vendorIn, 1, 0, 0, Buffer.alloc(1)), TypeError);
    device.hardware.faults.close = "busy";
    assert.throws(() => device.close(), { message: "LIBUSB_ERROR_BUSY", errno: -6 });
    const errors = recorded.spans.map((span) => span.attributes["error.type"]);
    assert.deepEqual(errors, [undefined, "TypeError", "busy"]);
  });

  it("measures transfers of endpoints by callback and by promise, also of endpoints that were there first", async () => {
    undo();
    device.open();
    const [input, output] = [bulkIn(), bulkOut()];
    undo = instrumentUSBDaemon(usb);
    device.interface(0);

    device.hardware.send(1, Uint8Array.of(1, 2));
    assert.deepEqual(await input.transferAsync(64), Buffer.of(1, 2));
    assert.equal(await output.transferAsync(Buffer.alloc(16)), 16);
    device.hardware.send(1, Uint8Array.of(3));
    const results = await new Promise<unknown[]>((resolve) => {
      const returned = input.transfer(64, function (this: unknown, ...given) {
        resolve([this, ...given]);
      });
      assert.equal(returned, input);
    });
    assert.deepEqual(results, [input, undefined, Buffer.of(3)]);
    assert.deepEqual(names(), ["usb.transfer", "usb.transfer", "usb.transfer"]);
    const bytes = "autoweave_usb_transfer_bytes_total";
    assert.equal(await recorded.metric(bytes, { direction: "in", type: "bulk" }), 3);
    assert.equal(await recorded.metric(bytes, { direction: "out", type: "bulk" }), 16);
  });

  it("takes the wait for the device as the transfer's duration, and the callback's time as the event's", async () => {
    device.open();
    const done = Promise.withResolvers<undefined>();
    const startMs = performance.now();
    bulkIn().transfer(64, () => {
      const endMs = performance.now() + 12;
      while (performance.now() < endMs);
      done.resolve(undefined);
    });
    await delay(30);
    device.hardware.send(1, new Uint8Array(1));
    await done.promise;
    const transferred = await recorded.sum("autoweave_usb_transfer_duration_seconds", { type: "bulk" });
    const handled = await recorded.sum("autoweave_usb_event_duration_seconds", { action: "transfer" });
    const passed = (performance.now() - startMs) / 1_000;
    assert.ok(transferred >= 0.029, `transferred in ${transferred} s`);
    assert.ok(handled >= 0.012, `handled in ${handled} s`);
    assert.ok(transferred + handled <= passed, "neither is part of the other");
  });

  it("tells a transfer's failure by its kind, also of one that cannot be submitted", async () => {
    device.open();
    const input = bulkIn();
    const failing = assert.rejects(input.transferAsync(64), { message: "LIBUSB_TRANSFER_NO_DEVICE" });
    device.hardware.unplug();
    await failing;
    device.interfaces = undefined;
    await assert.rejects(input.transferAsync(64), { message: "Device is not open" });
    const errors = recorded.spans.map((span) => span.attributes["error.type"]);
    assert.deepEqual(errors, [undefined, "no_device", "invalid_state"]);
  });

  it("calls back in the context of the caller, after the transfer's span", async () => {
    device.open();
    const key = createContextKey("mine");
    const parent = telemetry.tracer.startSpan("parent");
    const seen = await new Promise((resolve) =>
      context.with(context.active().setValue(key, "kept"), () =>
        bulkOut().transfer(Buffer.alloc(1), () => resolve(context.active().getValue(key))),
      ),
    );
    parent.end();
    assert.equal(seen, "kept");
  });

  it("makes each transfer of a poll a trace of its own, in which the app's listeners run", async () => {
    device.open();
    const input = device.interface(0).endpoint(0x83) as FakeUSB2InEndpoint;
    telemetry.tracer.startActiveSpan("start", (span) => {
      input.startPoll(2, 8);
      span.end();
    });
    input.on("data", () => telemetry.tracer.startSpan("handled").end());
    for (const byte of [1, 2, 3]) {
      device.hardware.send(3, Uint8Array.of(byte));
      await once(input, "data");
    }
    input.stopPoll();
    await once(input, "end");

    const transfers = recorded.spans.filter((span) => span.name === "usb.transfer");
    assert.equal(transfers.length, 3, "that polling was stopped is no transfer");
    assert.equal(new Set(transfers.map((span) => span.spanContext().traceId)).size, 3);
    assert.ok(transfers.every((span) => span.parentSpanContext === undefined));
    const handled = recorded.spans.filter((span) => span.name === "handled");
    assert.deepEqual(
      handled.map((span) => span.parentSpanContext?.spanId),
      transfers.map((span) => span.spanContext().spanId),
    );
    const labels = { direction: "in", type: "interrupt" };
    assert.equal(await recorded.metric("autoweave_usb_transfer_bytes_total", labels), 3);
  });

  it("records what ends a poll by itself as a failed transfer", async () => {
    device = new FakeUSB2Device({
      ...ids,
      respond: () => {
        throw new USBFault("overflow");
      },
    });
    device.open();
    const input = device.interface(0).endpoint(0x83) as FakeUSB2InEndpoint;
    input.startPoll(1);
    const [error] = (await once(input, "error").catch((thrown: unknown) => [thrown])) as [Error];
    assert.equal(error.message, "LIBUSB_TRANSFER_OVERFLOW");
    await recorded.ended(2);
    assert.equal(recorded.span("usb.transfer").attributes["error.type"], "overflow");
  });

  it("behaves as without it once it is taken back, in the middle of a poll too", async () => {
    device.open();
    const input = bulkIn();
    input.startPoll(1, 8);
    const { prototype } = FakeUSB2Device;
    undo();
    assert.equal(device.open, prototype.open);
    assert.doesNotMatch(String(prototype.open), /native code/);
    assert.doesNotMatch(String(input.makeTransfer), /native code/);
    device.hardware.send(1, Uint8Array.of(1));
    assert.deepEqual(await once(input, "data"), [Buffer.of(1)]);
    await delay(2);
    device.hardware.send(1, Uint8Array.of(2));
    assert.deepEqual(await once(input, "data"), [Buffer.of(2)]);
    input.stopPoll();
    await once(input, "end");
    assert.equal(await recorded.metric("autoweave_usb_events_total", { action: "transfer" }), 0);
  });
});

interface USB2Package {
  readonly usb: EventEmitter & {
    getDeviceList(): unknown[];
    pollHotplug: boolean;
    readonly Device: { readonly prototype: { open(): void } };
  };
  readonly webusb: { getDevices(): Promise<unknown[]>; emitter: EventEmitter };
  getDeviceList(): unknown[];
}

describe("instrumenting usb 2.18 (the package, without devices)", () => {
  let recorded: RecordedTelemetry;
  beforeEach(() => {
    recorded = recordTelemetry();
  });
  afterEach(() => recorded.stop());

  it("takes the package as a whole, `usb` and `webusb`, and leaves no trace", async () => {
    const whole = await load<USB2Package>("usb2");
    const { usb, webusb } = whole;
    const { open } = usb.Device.prototype;
    const { getDeviceList } = usb;
    for (const target of [whole, usb]) {
      const undo = instrumentUSBDaemon(target);
      assert.notEqual(usb.Device.prototype.open, open);
      assert.deepEqual(whole.getDeviceList(), getDeviceList());
      undo();
      assert.equal(usb.Device.prototype.open, open);
      assert.equal(usb.getDeviceList, getDeviceList);
      assert.equal(usb.emit, EventEmitter.prototype.emit);
    }
    const undo = instrumentUSBDaemon(webusb);
    assert.deepEqual(await webusb.getDevices(), []);
    undo();
    assert.deepEqual(Object.getOwnPropertyNames(webusb), Object.keys(webusb));
  });

  it("does not begin to watch for devices, and sees the events once the app does", async () => {
    const { usb } = await load<USB2Package>("usb2");
    usb.pollHotplug = true;
    const undo = instrumentUSBDaemon(usb);
    assert.equal(usb.listenerCount("attach"), 0);
    const seen: unknown[] = [];
    const listener = (device: unknown) => seen.push(device);
    usb.on("attach", listener);
    const device = new FakeUSB2Device(ids);
    usb.emit("attach", device);
    usb.off("attach", listener);
    undo();
    assert.deepEqual(seen, [device]);
    assert.equal(recorded.span("usb.attach").attributes["usb.product_id"], "0x5678");
  });

  it("sees connect events of its WebUSB", async () => {
    const { webusb } = await load<USB2Package>("usb2");
    const undo = instrumentUSBDaemon(webusb);
    webusb.emitter.emit("connect", { type: "connect", device: { vendorId: 1, productId: 2 } });
    undo();
    assert.equal(recorded.span("usb.attach").attributes["usb.vendor_id"], "0x0001");
  });
});
