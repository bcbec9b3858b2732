import assert from "node:assert/strict";
import { describeFault, faultKinds, type FaultName, readOrder } from "../../../local/demo/fault-kinds.ts";

const tenants = ["acme", "globex"];

describe("an order for a fault of the demo", () => {
  it("needs a fault and a tenant alone: the rest has defaults", () => {
    assert.deepEqual(readOrder({ fault: "usb-slow", tenant: "acme" }, tenants), {
      fault: "usb-slow",
      tenant: "acme",
      seconds: 300,
      ms: 110,
    });
    assert.equal(readOrder({ fault: "plugin-slow", tenant: "acme" }, tenants).ms, 300);
    assert.equal(readOrder({ fault: "errors", tenant: "acme" }, tenants).share, 10);
    assert.deepEqual(readOrder({ fault: "down" }, tenants), { fault: "down", seconds: 300 });
  });

  it("says what it will do, with what it was given", () => {
    const said = describeFault(readOrder({ fault: "usb-slow", tenant: "acme", ms: 90 }, tenants));
    assert.equal(said, "devices take 90 ms to answer each transfer");
    for (const fault of Object.keys(faultKinds) as FaultName[])
      assert.doesNotMatch(describeFault({ fault, seconds: 1, ms: 1, share: 1 }), /[{}]|undefined/);
  });

  const wrong: [string, Record<string, unknown>, RegExp][] = [
    ["no fault", {}, /no fault undefined: it is one of usb-slow, plugin-slow, errors, /],
    ["another fault", { fault: "toString" }, /no fault toString/],
    ["a tenant's fault without one", { fault: "flap" }, /is a tenant's: name one of acme, globex/],
    ["an unknown tenant", { fault: "flap", tenant: "x" }, /knows no tenant x: it is one of acme, globex/],
    ["a tenant for the hub's fault", { fault: "down", tenant: "acme" }, /is of the hub as a whole/],
    ["a setting of another fault", { fault: "flap", tenant: "acme", ms: 5 }, /flap takes no ms/],
    ["no time at all", { fault: "down", seconds: 0 }, /a number from 1 to 14400, not 0/],
    ["a share past all", { fault: "errors", tenant: "acme", share: 101 }, /share is a number from 1 to 100/],
    ["what is no number", { fault: "usb-slow", tenant: "acme", ms: NaN }, /ms is a number from 1 to 5000/],
    ["a number as text", { fault: "usb-slow", tenant: "acme", ms: "90" }, /ms is a number/],
  ];
  for (const [what, given, message] of wrong)
    it(`is refused with ${what}`, () => assert.throws(() => readOrder(given, tenants), { message }));
});
