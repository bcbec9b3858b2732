import assert from "node:assert/strict";
import type { Delivery, TelemetryRecord } from "../../src/delivery/record.ts";
import { LogCore } from "../../src/logs/core.ts";
import { createLogger } from "../../src/logs/logger.ts";
import { OtlpLogSink } from "../../src/logs/otlp-sink.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { decodeRecord, plainAttributes, plainValue } from "../support/otlp-decode.ts";

function exporting() {
  const offered: TelemetryRecord[] = [];
  const delivery = { offer: (record: TelemetryRecord) => void offered.push(record) } as Delivery;
  const scope = { name: "@autoweave/observability", version: "1" };
  const clock = new FakeClock();
  const logger = createLogger();
  logger.attach(
    new LogCore({
      service: "usb-daemon",
      environment: "test",
      level: "info",
      redactPaths: ["user.email"],
      destination: { write: () => undefined },
      sink: new OtlpLogSink(delivery, scope),
      clock,
    }),
  );
  const records = () => offered.map(({ bytes }) => decodeRecord("logs", bytes));
  return { logger, offered, records, clock, scope };
}

describe("log lines for Loki", () => {
  it("are handed over when they are written, one record each, under the SDK's scope", () => {
    const { logger, offered, records, scope } = exporting();
    logger.error({ device: { id: 7 } }, "stalled");
    assert.deepEqual(
      offered.map((record) => [record.scope, record.items]),
      [[scope, 1]],
    );
    const [record] = records();
    assert.ok(record);
    assert.equal(record.severityNumber, 17);
    assert.equal(plainValue(record.body), "stalled");
    assert.deepEqual(plainAttributes(record.attributes), { "tenant.id": "unknown", "device.id": 7n });
  });

  it("hold no more than what stdout shows", () => {
    const { logger, offered } = exporting();
    logger.info({ user: { email: "ada@example.org" }, token: "hunter2" }, "%j", { password: "hunter2" });
    const [record] = offered;
    assert.ok(record);
    assert.doesNotMatch(Buffer.from(record.bytes).toString("latin1"), /ada@|hunter2/);
  });

  it("keep their order, and equal ones stay apart, though the clock stands still", () => {
    const { logger, records, clock } = exporting();
    for (let i = 0; i < 3; i++) logger.info("same");
    clock.advance(1);
    logger.info("same");
    const start = BigInt(clock.now() - 1) * 1_000_000n;
    assert.deepEqual(
      records().map(({ timeUnixNano }) => timeUnixNano - start),
      [0n, 1n, 2n, 1_000_000n],
    );
  });
});
