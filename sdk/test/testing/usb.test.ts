import assert from "node:assert/strict";
import {
  FakeUSB2,
  FakeUSB2Device,
  FakeUSB2InEndpoint,
  FakeUSB2Interface,
  FakeUSB2OutEndpoint,
  FakeUSB2Transfer,
  FakeUSB3,
  FakeUSB3Device,
  USBFault,
} from "../../src/testing/usb/index.ts";
import { ecosystemFolder, load } from "../support/ecosystem.ts";
import { createRequire } from "node:module";

/** Names of what the objects of a class have, inherited from its own classes too. */
function members(prototype: object): string[] {
  const names: string[] = [];
  for (let owner: object | null = prototype; owner && owner !== Object.prototype;) {
    names.push(...Object.getOwnPropertyNames(owner));
    owner = Reflect.getPrototypeOf(owner);
  }
  return names;
}

/** What the fakes have besides: how a test plays the device. */
const controls = ["hardware", "plug", "unplug"];

describe("the fakes of usb 2.x and 3.x", () => {
  it("have no methods that the packages have not", async () => {
    const usb2 =
      await load<Record<string, { prototype: object } & Record<string, { prototype: object }>>>("usb2");
    const usb3 = await load<{ WebUSB: { prototype: object } }>("usb");
    const native = createRequire(`${await ecosystemFolder()}/package.json`)("usb/index.js") as {
      UsbDevice: { prototype: object };
    };
    const pairs: [object, object | undefined][] = [
      [FakeUSB2Device.prototype, usb2["Device"]?.prototype],
      [FakeUSB2Interface.prototype, usb2["Interface"]?.prototype],
      [FakeUSB2InEndpoint.prototype, usb2["InEndpoint"]?.prototype],
      [FakeUSB2OutEndpoint.prototype, usb2["OutEndpoint"]?.prototype],
      [FakeUSB2Transfer.prototype, usb2["Transfer"]?.prototype],
      [FakeUSB2.prototype, usb2["usb"]],
      [FakeUSB3.prototype, usb3.WebUSB.prototype],
      [FakeUSB3Device.prototype, native.UsbDevice.prototype],
    ];
    for (const [fake, real] of pairs) {
      assert.ok(real);
      const known = new Set([...members(real), ...controls]);
      assert.deepEqual(
        members(fake).filter((name) => !known.has(name)),
        [],
      );
    }
  });

  it("let a test answer transfers, fail them, and play what the device sends", async () => {
    const device = new FakeUSB3Device({
      vendorId: 1,
      productId: 2,
      respond({ type, endpoint, length }) {
        if (type === "interrupt") throw new USBFault("timeout");
        return new Uint8Array(length).fill(endpoint);
      },
    });
    await device.open();
    assert.deepEqual(new Uint8Array((await device.transferIn(1, 3)).data.buffer), Uint8Array.of(1, 1, 1));
    await assert.rejects(device.transferIn(3, 1), { message: "transferIn error: Cancelled" });

    const waiting = new FakeUSB2Device({ vendorId: 1, productId: 2 });
    waiting.open();
    const input = waiting.interface().endpoint(0x81) as FakeUSB2InEndpoint;
    waiting.hardware.send(1, Uint8Array.of(7));
    assert.deepEqual(await input.transferAsync(8), Buffer.of(7));
    const second = input.transferAsync(8);
    waiting.hardware.send(1, Uint8Array.of(8));
    assert.deepEqual(await second, Buffer.of(8));
  });

  it("fail as the packages fail", async () => {
    const two = new FakeUSB2Device({ vendorId: 1, productId: 2 });
    two.hardware.faults.open = "access";
    assert.throws(() => two.open(), { message: "LIBUSB_ERROR_ACCESS", errno: -3 });
    const three = new FakeUSB3Device({ vendorId: 1, productId: 2 });
    await assert.rejects(three.claimInterface(0), { message: "claimInterface error: invalid state" });
    three.hardware.unplug();
    await assert.rejects(three.open(), { message: "open error: device disconnected (errno 19)" });
  });

  it("keep what the app had a device do", async () => {
    const device = new FakeUSB3Device({ vendorId: 1, productId: 2 });
    await device.open();
    await device.claimInterface(0);
    assert.deepEqual(device.hardware.calls, [
      { method: "open", args: [] },
      { method: "claimInterface", args: [0] },
    ]);
  });

  it("give no device the address of another that is there, however often plugs are pulled", () => {
    const bus = 42;
    const plugged = () => new FakeUSB2Device({ vendorId: 1, productId: 1, bus });
    const usb = new FakeUSB2();
    const stays = plugged();
    usb.plug(stays);
    for (let count = 0; count < 300; count++) {
      const device = plugged();
      assert.notEqual(device.deviceAddress, stays.deviceAddress);
      assert.ok(device.deviceAddress >= 1 && device.deviceAddress <= 127);
      usb.plug(device);
      usb.unplug(device);
    }
  });
});
