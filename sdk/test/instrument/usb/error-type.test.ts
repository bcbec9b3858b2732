import assert from "node:assert/strict";
import fc from "fast-check";
import { usbErrorType } from "../../../src/instrument/usb/error-type.ts";

const cases: [string, unknown, string][] = [
  ["a call of libusb", Object.assign(new Error("LIBUSB_ERROR_NO_DEVICE"), { errno: -4 }), "no_device"],
  ["a transfer of libusb", Object.assign(new Error("LIBUSB_TRANSFER_STALL"), { errno: 4 }), "stall"],
  ["libusb's number alone", { errno: -3 }, "access"],
  [
    "libusb through WebUSB of usb 2.x",
    new Error("transferIn error: Error: LIBUSB_TRANSFER_TIMED_OUT"),
    "timeout",
  ],
  ["nusb's end of a transfer", new Error("transferIn error: Disconnected"), "no_device"],
  ["nusb's end by the system's number", new Error("transferOut error: Unknown(110)"), "timeout"],
  ["nusb's call, by the system's number", new Error("claimInterface error: busy or so (errno 16)"), "busy"],
  ["nusb's call, by its words", new Error("controlTransferIn error: endpoint stalled"), "stall"],
  ["a state in which it cannot be done", new Error("transferIn error: invalid state"), "invalid_state"],
  ["Node's own error", Object.assign(new Error("timeout"), { code: "ETIMEDOUT", errno: -110 }), "ETIMEDOUT"],
  ["another error", new RangeError("no slot"), "RangeError"],
  ["no error", "broken", "_OTHER"],
];

describe("the kind of a USB error", () => {
  for (const [what, error, type] of cases) {
    it(`is ${type} for ${what}`, () => assert.equal(usbErrorType(error), type));
  }

  it("is a short text for whatever is thrown, and finding it never throws", () => {
    const hostile = new Proxy(new Error("hostile"), {
      get() {
        throw new Error("hostile");
      },
    });
    assert.equal(usbErrorType(hostile), "_OTHER");
    fc.assert(
      fc.property(fc.anything(), fc.string(), fc.integer(), (thrown, message, errno) => {
        for (const error of [thrown, Object.assign(new Error(message), { errno })]) {
          assert.ok(usbErrorType(error).length <= 128);
        }
      }),
    );
  });
});
