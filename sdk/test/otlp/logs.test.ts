import assert from "node:assert/strict";
import fc from "fast-check";
import { attributeLimits, encodeLogRecord, type LogLine } from "../../src/otlp/logs.ts";
import { decodeRecord, plainAttributes, plainValue } from "../support/otlp-decode.ts";

const encoded = (line: LogLine, level = 30, nanoseconds = 0) => {
  const record = decodeRecord("logs", encodeLogRecord({ line, level, nanoseconds }));
  return { ...record, plain: plainAttributes(record.attributes), text: plainValue(record.body) };
};

const usbLine = {
  level: "warn",
  time: 1_767_225_600_123,
  service: "usb-daemon",
  environment: "production",
  tenant_id: "tenant-123",
  trace_id: "0af7651916cd43dd8448eb211c80319c",
  span_id: "b7ad6b7169203331",
  trace_flags: "01",
  component: "usb",
  action: "attach",
  attempts: 3,
  ratio: 0.5,
  retried: false,
  msg: "slow device",
};

/** What Loki counts: names and values as texts, names made fit for a label. */
const metadataBytes = (plain: Record<string, unknown>) =>
  Object.entries(plain).reduce(
    (bytes, [name, value]) => bytes + 4 + Buffer.byteLength(name) + Buffer.byteLength(String(value)),
    0,
  );

describe("a log line as an OTLP record", () => {
  it("carries its time, severity, body and span in their places, and all else as attributes", () => {
    const record = encoded(usbLine, 40, 7);
    assert.equal(record.timeUnixNano, 1_767_225_600_123_000_007n);
    assert.equal(record.severityNumber, 13);
    assert.equal(record.severityText, "warn");
    assert.equal(record.text, "slow device");
    assert.equal(record.traceId, usbLine.trace_id);
    assert.equal(record.spanId, usbLine.span_id);
    assert.equal(record.flags, 1);
    assert.deepEqual(record.plain, {
      "tenant.id": "tenant-123",
      component: "usb",
      action: "attach",
      attempts: 3n,
      ratio: 0.5,
      retried: false,
    });
  });

  it("has the severity of its level, and of the one below for a level of the app's own", () => {
    const severities = [5, 10, 20, 30, 35, 40, 50, 60, 100].map(
      (level) => encoded(usbLine, level).severityNumber,
    );
    assert.deepEqual(severities, [1, 1, 5, 9, 9, 13, 17, 21, 21]);
  });

  it("names nested fields by their path, and an error as the conventions do", () => {
    const { plain } = encoded({
      ...usbLine,
      err: {
        type: "TypeError",
        message: "no",
        stack: "TypeError: no\n  at x",
        code: "E1",
        cause: { message: "why" },
      },
      device: { id: { vendor: "0x1234" }, ports: [1, { n: 2 }] },
    });
    assert.equal(plain["exception.type"], "TypeError");
    assert.equal(plain["exception.message"], "no");
    assert.equal(plain["exception.stacktrace"], "TypeError: no\n  at x");
    assert.equal(plain["err.code"], "E1");
    assert.equal(plain["err.cause.message"], "why");
    assert.equal(plain["device.id.vendor"], "0x1234");
    assert.equal(plain["device.ports"], '[1,{"n":2}]');
  });

  it("shows its fields when it has no message", () => {
    assert.deepEqual(JSON.parse(String(encoded({ ...usbLine, msg: undefined }).text)), {
      component: "usb",
      action: "attach",
      attempts: 3,
      ratio: 0.5,
      retried: false,
    });
  });

  it("lets no field pass for the tenant", () => {
    const { plain } = encoded({ ...usbLine, "tenant.id": "other", tenant: { id: "another" } });
    assert.equal(plain["tenant.id"], "tenant-123");
    assert.equal(plain["tenant.id_"], "other");
    assert.equal(plain["tenant.id__"], "another");
  });

  it("gives every attribute a name that Loki can make a label of", () => {
    const { plain } = encoded({ ...usbLine, "": 1, 日本: 2, "--": { "?": 3 } });
    for (const name of Object.keys(plain)) assert.match(name, /[A-Za-z0-9]/);
    assert.equal(plain["field.日本"], 2n);
  });

  it("stays within what Loki takes of a line, and counts what it leaves out", () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`field${i}`, i]));
    const tooMany = encoded({ ...usbLine, ...many });
    assert.equal(tooMany.attributes.length, attributeLimits.count);
    assert.equal(tooMany.droppedAttributesCount, 306 - attributeLimits.count);

    const large = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`field${i}`, "ß".repeat(10_000)]));
    const tooLarge = encoded({ ...usbLine, ...large, last: "small" });
    assert.equal(tooLarge.attributes.length + tooLarge.droppedAttributesCount, 17);
    assert.equal(tooLarge.plain["last"], "small");
    assert.ok(metadataBytes(tooLarge.plain) < 60 * 1024);
  });

  it("encodes whatever JSON can hold, within the limits and with each name once", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ maxDepth: 6 })), (fields) => {
        const line = JSON.parse(JSON.stringify({ ...usbLine, ...fields, time: usbLine.time })) as LogLine;
        const { plain, attributes } = encoded(line);
        assert.ok(attributes.length <= attributeLimits.count);
        assert.ok(metadataBytes(plain) < 60 * 1024);
      }),
    );
  });
});
