import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../../../local/files.ts";
import { run } from "../../../local/run.ts";
import { ensureDebianProgram } from "../../../local/tools/debian.ts";
import { metrics } from "../../../sdk/src/names/index.ts";
import { mockDevice, mockDevicePath } from "../../../sdk/test/e2e/support/mock-device.ts";
import { temporaryFolder } from "../../support/program.ts";
import { comes, Demo } from "./support/demo.ts";

/** The device of the SDK's tests as a scale, by its ids. */
const scale = mockDevice
  .replaceAll("34127856", "09120100")
  .replaceAll("1234/5678", "1209/1")
  .replace("idVendor=1234", "idVendor=1209")
  .replace("idProduct=5678", "idProduct=0001");

/** Told to weigh, it answers with 300 g. */
const transfers = `@DEV ${mockDevicePath}
USBDEVFS_REAPURBNDELAY 0 3 2 0 0 1 1 0 57
USBDEVFS_REAPURBNDELAY 0 3 129 0 0 64 2 0 012C
`;

describe("the sample app with a scale that the package usb finds", function () {
  this.timeout("2m");
  const demo = new Demo();
  const folder = temporaryFolder();
  const tenant = "dev-tenant";

  before(async () => {
    await demo.startStores();
    const device = join(folder.path, "scale");
    const recorded = join(folder.path, "transfers");
    writeWhole(device, scale);
    writeWhole(recorded, transfers);
    const umockdev = await ensureDebianProgram("umockdev-run");
    await demo.startHub({ SIMULATE_DEVICES: "false", TMPDIR: folder.path }, [
      umockdev,
      "--device",
      device,
      "--ioctl",
      `${mockDevicePath}=${recorded}`,
      "--",
    ]);
  });
  after(async () => {
    await demo.end();
    folder.remove();
  });

  /** What the kernel would tell of the device. */
  async function tell(action: "add" | "remove"): Promise<void> {
    const testbed = readdirSync(folder.path).find((name) => name.startsWith("umockdev.")) ?? assert.fail();
    const script = join(import.meta.dirname, "support/uevent.py");
    const { code, stderr } = await run("python3", [script, join(folder.path, testbed), action]);
    assert.equal(code, 0, stderr);
  }

  const isAttached = async () => (await demo.devices(tenant)).length > 0;

  it("has it weigh, and measures what libusb does", async () => {
    const response = await demo.read(tenant, 1);
    assert.deepEqual(await response.json(), { text: "a parcel of 300 g", value: 1.35, unit: "eur" });
    for (const action of ["attach", "open"])
      assert.equal(
        await demo.total(metrics.usbEvents.name, { action, tenant_id: tenant, outcome: "success" }),
        1,
      );
    assert.equal(await demo.total(metrics.usbTransferBytes.name, { direction: "in", tenant_id: tenant }), 2);
    assert.equal(await demo.total(metrics.usbDevices.name, { vendor_id: "0x1209", tenant_id: tenant }), 1);
  });

  it("notices when it goes and when it is back", async () => {
    await tell("remove");
    await comes("its end", async () => ((await isAttached()) ? undefined : true));
    assert.equal(await demo.total(metrics.usbDevices.name, { tenant_id: tenant }), 0);
    await tell("add");
    await comes("its return", async () => ((await isAttached()) ? true : undefined));
    assert.equal((await demo.read(tenant, 1)).status, 201);
  });

  it("offers no faults of devices, for these are real to it", async () => {
    const refused = await demo.control("POST", "", { fault: "flap", tenant });
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /no simulated devices: set SIMULATE_DEVICES=true/);
  });
});
