import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../local/run.ts";
import { ensureDebianProgram } from "../../../local/tools/debian.ts";
import { ecosystemFolder } from "../support/ecosystem.ts";
import { mockDevice, mockDevicePath, mockTransfers } from "./support/mock-device.ts";

interface Seen {
  /** With usb 2.18, and with usb 3.1. */
  seen: [unknown[], unknown[]];
  spans?: { name: string; attributes: Record<string, unknown> }[];
  devices?: number;
}

describe("the packages usb 2.18 and 3.1 with a device of umockdev", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "autoweave-usb-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  let umockdev: string;
  before(async () => {
    umockdev = await ensureDebianProgram("umockdev-run");
    await ecosystemFolder();
    writeFileSync(join(folder, "device"), mockDevice);
    writeFileSync(join(folder, "transfers"), mockTransfers);
  });

  async function runApp(...options: string[]): Promise<Seen> {
    const app = join(import.meta.dirname, "support/usb-app.ts");
    const device = [
      "--device",
      join(folder, "device"),
      "--ioctl",
      `${mockDevicePath}=${join(folder, "transfers")}`,
    ];
    const { code, stdout, stderr } = await run(umockdev, [
      ...device,
      "--",
      process.execPath,
      app,
      ...options,
    ]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Seen;
  }

  it("behave as without telemetry, and every call and transfer is measured", async () => {
    const bare = await runApp();
    const instrumented = await runApp("--instrumented");
    assert.deepEqual(instrumented.seen, bare.seen);
    const [[read, written]] = bare.seen;
    assert.deepEqual([read, written], [{ type: "Buffer", data: [1, 2, 3, 4] }, 3], "the device answers");

    const spans = instrumented.spans?.map(({ name, attributes }) =>
      [name, ...["type", "direction", "bytes"].map((part) => attributes[`usb.transfer.${part}`])]
        .join(" ")
        .trim(),
    );
    assert.deepEqual(spans, [
      "usb.open",
      "usb.configure",
      "usb.transfer bulk in 4",
      "usb.transfer bulk out 3",
      "usb.close",
      "usb.open",
    ]);
    for (const { attributes } of instrumented.spans ?? []) {
      assert.equal(attributes["usb.vendor_id"], "0x1234");
      assert.equal(attributes["usb.product_id"], "0x5678");
      assert.equal(attributes["usb.device_path"], mockDevicePath);
    }
    assert.equal(instrumented.devices, 1, "both packages see one device");
  });
});
