import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { withTenant } from "../../../src/context/tenant.ts";
import { instrumentUSBDaemon } from "../../../src/instrument/usb/usb.ts";
import { ObservabilityConfigError } from "../../../src/options/error.ts";
import { telemetry } from "../../../src/telemetry.ts";
import { ownTenant, type RecordedTelemetry, recordTelemetry } from "../../support/recorded-telemetry.ts";

const scanner = { vendorId: 0x1234, productId: "0x5678", devicePath: "/dev/bus/usb/001/002" };

/** A daemon with methods, as AutoWeave's. */
class Daemon extends EventEmitter {
  failure: Error | undefined;
  async open(device: object): Promise<string> {
    if (this.failure) throw this.failure;
    return `opened ${Object.keys(device).length}`;
  }
  async transfer(device: object, request: { data?: Uint8Array; endpoint?: number }) {
    return device && (request.data?.byteLength ?? Buffer.from("answer"));
  }
  close(device?: object): boolean {
    return device !== undefined;
  }
}

describe("instrumenting AutoWeave's USB daemon", () => {
  let recorded: RecordedTelemetry;
  const undos: (() => void)[] = [];
  const instrument = <T extends object>(daemon: T): T => {
    undos.push(instrumentUSBDaemon(daemon));
    return daemon;
  };
  beforeEach(() => {
    recorded = recordTelemetry();
  });
  afterEach(async () => {
    for (const undo of undos.splice(0)) undo();
    await recorded.stop();
  });

  it("makes an event a span, metrics and a log line of the device", async () => {
    const daemon = instrument(new EventEmitter());
    daemon.emit("attach", scanner);

    const span = recorded.span("usb.attach");
    assert.equal(span.kind, SpanKind.CONSUMER);
    assert.deepEqual(span.attributes, {
      "usb.action": "attach",
      "usb.vendor_id": "0x1234",
      "usb.product_id": "0x5678",
      "usb.device_path": "/dev/bus/usb/001/002",
      "tenant.id": ownTenant,
    });
    const labels = { action: "attach", tenant_id: ownTenant };
    assert.equal(await recorded.metric("autoweave_usb_events_total", { ...labels, outcome: "success" }), 1);
    assert.equal(await recorded.metric("autoweave_usb_event_duration_seconds", labels), 1);
    const [line] = recorded.lines;
    assert.equal(line?.["msg"], "USB device attached");
    assert.equal(line?.["level"], "info");
    assert.equal(line?.["component"], "usb");
    assert.equal(line?.["usb.vendor_id"], "0x1234");
    assert.equal(line?.["span_id"], span.spanContext().spanId);
  });

  it("measures an event until the last async listener is done, whose spans belong to it", async () => {
    const daemon = instrument(new EventEmitter());
    const gate = Promise.withResolvers<undefined>();
    daemon.on("attach", async () => {
      await gate.promise;
      telemetry.tracer.startSpan("handled").end();
    });
    daemon.emit("attach", scanner);
    assert.equal(recorded.spans.length, 0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    gate.resolve(undefined);
    await recorded.ended(2);

    const attach = recorded.span("usb.attach");
    assert.equal(recorded.span("handled").parentSpanContext?.spanId, attach.spanContext().spanId);
    const [seconds, nanoseconds] = attach.duration;
    assert.ok(seconds * 1_000 + nanoseconds / 1e6 >= 29);
    const bucket = { action: "attach", le: "0.025" };
    assert.equal(await recorded.metric("autoweave_usb_event_duration_seconds_bucket", bucket), 0);
  });

  it("counts an event as failed when a listener fails, and says so", async () => {
    const daemon = instrument(new EventEmitter());
    daemon.on("detach", () => {
      throw new RangeError("no slot");
    });
    assert.throws(() => daemon.emit("detach", scanner), RangeError);
    const span = recorded.span("usb.detach");
    assert.equal(span.status.code, SpanStatusCode.ERROR);
    assert.equal(span.attributes["error.type"], "RangeError");
    assert.equal(
      await recorded.metric("autoweave_usb_events_total", { action: "detach", outcome: "error" }),
      1,
    );
    assert.equal(recorded.lines[0]?.["level"], "warn");
    assert.equal(recorded.lines[0]?.["msg"], "USB detach failed");
  });

  it("records an `error` event with the kind of the error, at level error", async () => {
    const daemon = instrument(new EventEmitter());
    daemon.on("error", () => {});
    daemon.emit("error", Object.assign(new Error("LIBUSB_ERROR_ACCESS"), { errno: -3 }), scanner);
    const span = recorded.span("usb.error");
    assert.equal(span.attributes["error.type"], "access");
    assert.equal(span.attributes["usb.device_path"], scanner.devicePath);
    assert.equal(recorded.lines[0]?.["level"], "error");
    assert.equal(
      await recorded.metric("autoweave_usb_events_total", { action: "error", outcome: "error" }),
      1,
    );
  });

  it("takes bytes and duration of a transfer from its event", async () => {
    const daemon = instrument(new EventEmitter());
    daemon.emit("transfer", {
      device: scanner,
      type: "bulk",
      direction: "in",
      bytes: 512,
      durationMs: 90,
    });
    assert.equal(recorded.span("usb.transfer").attributes["usb.transfer.bytes"], 512);
    assert.equal(recorded.span("usb.transfer").attributes["usb.vendor_id"], "0x1234");
    const labels = { direction: "in", type: "bulk" };
    assert.equal(await recorded.metric("autoweave_usb_transfer_bytes_total", labels), 512);
    const buckets = "autoweave_usb_transfer_duration_seconds_bucket";
    assert.equal(await recorded.metric(buckets, { ...labels, le: "0.08" }), 0);
    assert.equal(await recorded.metric(buckets, { ...labels, le: "0.1" }), 1);
    assert.equal(recorded.lines[0]?.["level"], "debug");
  });

  it("records that a transfer failed of which an event tells", async () => {
    const daemon = instrument(new EventEmitter());
    daemon.emit("transfer", scanner, { type: "bulk", direction: "out", error: new Error("transfer: Stall") });
    assert.equal(recorded.span("usb.transfer").attributes["error.type"], "stall");
    assert.equal(
      await recorded.metric("autoweave_usb_events_total", { action: "transfer", outcome: "error" }),
      1,
    );
  });

  it("measures the daemon's methods, and gives their results through", async () => {
    const daemon = instrument(new Daemon());
    assert.equal(await daemon.open(scanner), "opened 3");
    assert.equal(await daemon.transfer(scanner, { data: new Uint8Array(64), endpoint: 2 }), 64);
    assert.equal(String(await daemon.transfer(scanner, { endpoint: 0x81 })), "answer");

    assert.deepEqual(
      recorded.spans.map((span) => span.name),
      ["usb.open", "usb.transfer", "usb.transfer"],
    );
    assert.equal(await recorded.metric("autoweave_usb_transfer_bytes_total", { direction: "out" }), 64);
    assert.equal(await recorded.metric("autoweave_usb_transfer_bytes_total", { direction: "in" }), 6);
  });

  it("counts an action once when the daemon has a method for it and emits it too", async () => {
    const daemon = instrument(new Daemon());
    daemon.on("newListener", () => {});
    const transferring = daemon.transfer(scanner, { data: new Uint8Array(1) });
    daemon.emit("transfer", scanner, { bytes: 1 });
    await transferring;
    assert.equal(await recorded.metric("autoweave_usb_events_total", { action: "transfer" }), 1);
  });

  it("leaves calls alone that are about no device, as the daemon's own close", () => {
    const daemon = instrument(new Daemon());
    assert.equal(daemon.close(), false);
    assert.deepEqual(recorded.spans, []);
    assert.equal(daemon.close(scanner), true);
    assert.equal(recorded.spans.length, 1);
  });

  it("knows a device by its path once the daemon told of it", () => {
    const daemon = instrument(Object.assign(new EventEmitter(), { reset: (path: string) => path.length }));
    daemon.emit("attach", scanner);
    assert.equal(daemon.reset(scanner.devicePath), scanner.devicePath.length);
    assert.equal(recorded.span("usb.reset").attributes["usb.vendor_id"], "0x1234");
  });

  it("tells what a device is that changes hands: tenant of the device, else of the caller, else the process's", async () => {
    const daemon = instrument(new EventEmitter());
    withTenant("caller", () => daemon.emit("attach", scanner));
    daemon.emit("attach", { ...scanner, devicePath: "/dev/bus/usb/001/003", tenantId: "blue" });
    assert.deepEqual(
      recorded.spans.map((span) => span.attributes["tenant.id"]),
      ["caller", "blue"],
    );
    for (const tenant_id of ["caller", "blue"]) {
      assert.equal(await recorded.metric("autoweave_usb_events_total", { tenant_id }), 1);
      assert.equal(await recorded.metric("autoweave_usb_devices", { tenant_id, vendor_id: "0x1234" }), 1);
    }
    assert.deepEqual(
      recorded.lines.map((line) => line["tenant_id"]),
      ["caller", "blue"],
    );
  });

  it("counts devices by vendor as they come and go, each once, even if two daemons tell of it", async () => {
    const [one, other] = [instrument(new EventEmitter()), instrument(new EventEmitter())];
    const devices = async (vendor_id = "0x1234") => recorded.metric("autoweave_usb_devices", { vendor_id });
    one.emit("detach", scanner);
    assert.equal(await devices(), 0);
    one.emit("attach", scanner);
    other.emit("attach", scanner);
    one.emit("attach", { ...scanner, vendorId: "0xabcd", devicePath: "/dev/bus/usb/001/009" });
    assert.equal(await devices(), 1);
    assert.equal(await devices("0xabcd"), 1);
    one.emit("detach", scanner);
    assert.equal(await devices(), 1);
    other.emit("detach", scanner);
    assert.equal(await devices(), 0);
  });

  it("counts all vendors past the hundredth as `other`", async () => {
    const daemon = instrument(new EventEmitter());
    for (let vendorId = 1; vendorId <= 130; vendorId++) {
      daemon.emit("attach", { vendorId, productId: 1, devicePath: `/dev/bus/usb/007/${vendorId}` });
    }
    const others = await recorded.metric("autoweave_usb_devices", { vendor_id: "other" });
    assert.equal(await recorded.metric("autoweave_usb_devices"), 130);
    assert.ok(others >= 30);
  });

  it("begins a trace of its own when what was active has ended", () => {
    const daemon = instrument(new EventEmitter());
    telemetry.tracer.startActiveSpan("start-up", (span) => {
      span.end();
      daemon.emit("attach", scanner);
    });
    telemetry.tracer.startActiveSpan("scan", (span) => {
      daemon.emit("detach", scanner);
      span.end();
    });
    assert.equal(recorded.span("usb.attach").parentSpanContext, undefined);
    const scan = recorded.span("scan").spanContext().spanId;
    assert.equal(recorded.span("usb.detach").parentSpanContext?.spanId, scan);
  });

  it("survives payloads that cannot be read", () => {
    const daemon = instrument(new EventEmitter());
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error("hostile");
        },
      },
    );
    const cycle: Record<string, unknown> = { vendorId: "not hex", productId: -1 };
    cycle["self"] = cycle;
    for (const payload of [undefined, null, 7, "text", [], hostile, cycle, { vendorId: Symbol("x") }]) {
      assert.equal(daemon.emit("attach", payload), false);
      assert.equal(daemon.emit("transfer", payload, payload), false);
    }
    assert.equal(recorded.spans.length, 16);
  });

  it("takes everything back: the daemon is as it was", () => {
    const daemon = new Daemon();
    const undo = [instrumentUSBDaemon(daemon), instrumentUSBDaemon(daemon)];
    undo[0]?.();
    daemon.emit("attach", scanner);
    assert.equal(recorded.spans.length, 1);
    undo[1]?.();
    daemon.emit("detach", scanner);
    assert.equal(recorded.spans.length, 1);
    assert.equal(daemon.emit, EventEmitter.prototype.emit);
    assert.equal(daemon.open, Daemon.prototype.open);
    assert.equal(Object.hasOwn(daemon, "open"), false);
  });

  for (const nothing of [{}, new Map([["a", 1]]), () => 1, undefined, "daemon"]) {
    it(`refuses ${Object.prototype.toString.call(nothing)} with what was looked for and what it has`, () => {
      assert.throws(
        () => instrumentUSBDaemon(nothing as object),
        (error: unknown) => {
          assert.ok(error instanceof ObservabilityConfigError);
          assert.equal(error.code, "AUTOWEAVE_NOT_INSTRUMENTABLE");
          assert.match(error.message, /getDeviceList\(\)/);
          if (nothing instanceof Map) assert.match(error.message, /a Map with the methods .*\bclear\b/);
          return true;
        },
      );
    });
  }

  it("takes back what it has done of an object that turns out to be frozen", () => {
    const emitter = new EventEmitter();
    const half = Object.freeze(Object.assign(emitter, { open: () => 1 }));
    assert.throws(() => instrumentUSBDaemon(half), { code: "AUTOWEAVE_NOT_INSTRUMENTABLE" });
  });
});

describe("a USB daemon that is instrumented before telemetry is live", () => {
  it("behaves as before, becomes live by itself, and counts the devices that came before", async () => {
    const daemon = new EventEmitter();
    const undo = instrumentUSBDaemon(daemon);
    daemon.emit("attach", scanner);
    const recorded = recordTelemetry();
    assert.equal(
      await recorded.metric("autoweave_usb_devices", { vendor_id: "0x1234", tenant_id: ownTenant }),
      1,
    );
    assert.equal(await recorded.metric("autoweave_usb_events_total"), 0);
    daemon.emit("detach", scanner);
    assert.equal(await recorded.metric("autoweave_usb_events_total"), 1);
    await recorded.stop();
    assert.equal(daemon.emit("attach", scanner), false);
    assert.equal(recorded.spans.length, 1);
    undo();
  });
});
