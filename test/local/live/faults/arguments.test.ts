import assert from "node:assert/strict";
import { readArguments } from "../../../../local/live/faults/arguments.ts";

const read = (line: string) =>
  readArguments(
    line.split(" ").filter((arg) => arg !== ""),
    ["acme", "globex"],
  );

describe("the arguments of npm run demo", () => {
  it("order a fault, for a time in seconds, minutes or hours", () => {
    const seconds = (time: string) => read(`--fault down --for ${time}`).order?.seconds;
    assert.deepEqual(["90s", "5m", "1.5m", "2h"].map(seconds), [90, 300, 90, 7200]);
    assert.deepEqual(read("--fault errors --tenant acme --share 50 --for 1m --stack dev"), {
      order: { fault: "errors", tenant: "acme", share: 50, seconds: 60 },
    });
  });

  it("end faults, all or some", () => {
    assert.deepEqual(read("--stop"), { stop: {} });
    assert.deepEqual(read("--stop --fault flap --tenant acme"), { stop: { fault: "flap", tenant: "acme" } });
  });

  it("ask for what is wrong when they are none", () => {
    assert.deepEqual(read(""), {});
    assert.deepEqual(read("--stack prod"), {});
  });

  const wrong: [string, RegExp][] = [
    ["--fault usb-slow", /is a tenant's: name one of acme, globex/],
    ["--fault down --for 5", /--for 5 is no time/],
    ["--fault down --for soon", /--for soon is no time/],
    ["--fault usb-slow --tenant acme --ms fast", /ms is a number/],
    ["--tenant acme", /No fault is named/],
    ["--for 5m", /No fault is named/],
    ["--stop --for 5m", /--stop takes no --for/],
    ["--faults down", /Unknown option '--faults'/],
    ["usb-slow", /Unexpected argument 'usb-slow'/],
  ];
  for (const [line, message] of wrong)
    it(`are refused as ${line}, with how they are right`, () =>
      assert.throws(
        () => read(line),
        (error: Error & { repair?: string }) => {
          assert.match(error.message, message);
          assert.match(error.repair ?? "", /90s, 5m or 2h|--fault FAULT/);
          return true;
        },
      ));
});
