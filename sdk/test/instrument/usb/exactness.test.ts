import assert from "node:assert/strict";
import { promisify } from "node:util";
import fc from "fast-check";
import { instrumentUSBDaemon } from "../../../src/instrument/usb/usb.ts";
import {
  type FakeDeviceOptions,
  FakeUSB2,
  FakeUSB2Device,
  type FakeUSB2InEndpoint,
  type FakeUSB2OutEndpoint,
  FakeUSB3,
  FakeUSB3Device,
  USBFault,
} from "../../../src/testing/usb/index.ts";
import { type RecordedTelemetry, recordTelemetry } from "../../support/recorded-telemetry.ts";

/** Every third transfer fails. */
function options(): FakeDeviceOptions {
  let transfers = 0;
  return {
    vendorId: 1,
    productId: 2,
    address: 3,
    respond({ direction, length }) {
      if (++transfers % 3 === 0) throw new USBFault("stall");
      return direction === "in" ? new Uint8Array(length).fill(transfers) : undefined;
    },
  };
}

const setup = { requestType: "vendor", recipient: "device", request: 1, value: 0, index: 0 } as const;

const usb3Steps: Record<string, (usb: FakeUSB3, device: FakeUSB3Device) => unknown> = {
  plug: (usb, device) => usb.plug(device),
  list: async (usb) => (await usb.getDevices()).length,
  open: (_, device) => device.open(),
  close: (_, device) => device.close(),
  claim: (_, device) => device.claimInterface(0),
  release: (_, device) => device.releaseInterface(0),
  read: (_, device) => device.transferIn(1, 4),
  write: (_, device) => device.transferOut(2, new Uint8Array(3)),
  control: (_, device) => device.controlTransferIn(setup, 2),
  forget: (_, device) => device.forget(),
  lock: (_, device) => (device.hardware.faults.open = "access"),
  wrong: (_, device) => device.transferIn(9, 1),
};

const usb2Steps: Record<string, (usb: FakeUSB2, device: FakeUSB2Device) => unknown> = {
  plug: (usb, device) => usb.plug(device),
  list: (usb) => usb.getDeviceList().length,
  open: (_, device) => device.open(),
  "open unconfigured": (_, device) => device.open(false),
  configure: (_, device) => promisify(device.setConfiguration.bind(device))(1),
  close: (_, device) => device.close(),
  reset: (_, device) => promisify(device.reset.bind(device))(),
  claim: (_, device) => device.interface(0).claim(),
  read: (_, device) => (device.interface(0).endpoint(0x81) as FakeUSB2InEndpoint).transferAsync(4),
  write: (_, device) =>
    (device.interface(0).endpoint(0x02) as FakeUSB2OutEndpoint).transferAsync(Buffer.alloc(3)),
  control: (_, device) =>
    new Promise((resolve) => {
      const returned = device.controlTransfer(0xc0, 1, 0, 0, 2, (...results) =>
        resolve([returned === device, ...results.map(String)]),
      );
    }),
  wrong: (_, device) => device.controlTransfer(0x40, 1, 0, 0, 2),
};

/** What an app sees of each step: what it gave, or the error. */
async function played(steps: readonly (() => unknown)[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (const step of steps) {
    try {
      const result: unknown = await step();
      seen.push(result === undefined || typeof result === "object" ? JSON.stringify(result) : result);
    } catch (error) {
      seen.push(String(error), (error as { errno?: number }).errno);
    }
  }
  return seen;
}

const scripts = (steps: object) => fc.array(fc.constantFrom(...Object.keys(steps)), { maxLength: 12 });

describe("an app that uses an instrumented USB package", () => {
  let recorded: RecordedTelemetry;
  before(() => {
    recorded = recordTelemetry();
  });
  after(() => recorded.stop());

  it("sees the same of usb 3.x as without telemetry, whatever it does", () =>
    fc.assert(
      fc.asyncProperty(scripts(usb3Steps), async (script) => {
        const play = async (instrumented: boolean) => {
          const device = new FakeUSB3Device(options());
          const usb = new FakeUSB3();
          const undo = instrumented ? instrumentUSBDaemon(usb) : undefined;
          usb.addEventListener("connect", () => {});
          const seen = await played(script.map((step) => () => usb3Steps[step]?.(usb, device)));
          undo?.();
          return [seen, device.hardware.calls];
        };
        assert.deepEqual(await play(true), await play(false));
      }),
      { numRuns: 60 },
    ));

  it("sees the same of usb 2.x as without telemetry, whatever it does", () =>
    fc.assert(
      fc.asyncProperty(scripts(usb2Steps), async (script) => {
        const play = async (instrumented: boolean) => {
          const device = new FakeUSB2Device(options());
          const usb = new FakeUSB2();
          const undo = instrumented ? instrumentUSBDaemon(usb) : undefined;
          const seen = await played(script.map((step) => () => usb2Steps[step]?.(usb, device)));
          undo?.();
          return [seen, device.hardware.calls];
        };
        assert.deepEqual(await play(true), await play(false));
      }),
      { numRuns: 60 },
    ));
});
