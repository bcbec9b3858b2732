import assert from "node:assert/strict";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import fc from "fast-check";
import type { pino } from "pino";
import { setProcessTenant, withTenant } from "../../src/context/tenant.ts";
import { LogCore, type LogCoreOptions } from "../../src/logs/core.ts";
import { createLogger, type Logger } from "../../src/logs/logger.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { hostile } from "../support/hostile.ts";
import { stderrOf } from "../support/stderr.ts";

/** What a core writes, as text and parsed. */
class Lines {
  readonly texts: string[] = [];
  readonly events: string[] = [];

  write(line: string): void {
    this.texts.push(line);
    this.events.push("write");
  }

  flushSync(): void {
    this.events.push("flush");
  }

  get parsed(): Record<string, unknown>[] {
    return this.texts.map((text) => JSON.parse(text) as Record<string, unknown>);
  }

  get last(): Record<string, unknown> {
    const last = this.parsed.at(-1);
    assert.ok(last, "no line was written");
    return last;
  }
}

const clock = new FakeClock();

function coreWith(options: Partial<LogCoreOptions> = {}) {
  const lines = new Lines();
  const core = new LogCore({
    service: "usb-daemon",
    environment: "test",
    level: "info",
    redactPaths: [],
    destination: lines,
    clock,
    ...options,
  });
  return { core, lines };
}

function attached(options: Partial<LogCoreOptions> = {}) {
  const { core, lines } = coreWith(options);
  const logger = createLogger();
  logger.attach(core);
  return { logger, core, lines };
}

const common = { time: clock.now(), service: "usb-daemon", environment: "test", tenant_id: "acme" };

describe("a log line", () => {
  before(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    setProcessTenant("acme");
  });
  after(() => {
    context.disable();
    setProcessTenant(undefined);
  });

  it("tells when, how severe and whose it is, besides the caller's fields", () => {
    const { logger, lines } = attached();
    logger.child({ component: "usb" }).warn({ attempts: 3, device: { vendor: "0x1234" } }, "retried");
    assert.deepEqual(lines.last, {
      ...common,
      level: "warn",
      component: "usb",
      attempts: 3,
      device: { vendor: "0x1234" },
      msg: "retried",
    });
    assert.ok(lines.texts[0]?.endsWith("}\n"));
  });

  it("leads to the active span, and is of the tenant it is written for", () => {
    const { logger, lines } = attached();
    const span = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };
    context.with(trace.setSpanContext(context.active(), span), () => {
      withTenant("globex", () => logger.info("in a span"));
    });
    logger.info("outside");
    assert.deepEqual(lines.parsed, [
      {
        ...common,
        level: "info",
        tenant_id: "globex",
        trace_id: span.traceId,
        span_id: span.spanId,
        trace_flags: "01",
        msg: "in a span",
      },
      { ...common, level: "info", msg: "outside" },
    ]);
  });

  it("names no span whose ids are none", () => {
    const { logger, lines } = attached();
    const span = { traceId: '","forged":"1', spanId: "x", traceFlags: 1 };
    context.with(trace.setSpanContext(context.active(), span), () => logger.info("hello"));
    assert.deepEqual(lines.last, { ...common, level: "info", msg: "hello" });
  });

  it("has the message that pino would give it", () => {
    const { logger, lines } = attached();
    logger.info("%s of %d: %j", "one", 2, { three: [3] });
    logger.info({ msg: "a field" });
    logger.info({ msg: "a field" }, "a message");
    logger.error(new RangeError("out of range"));
    logger.error({ err: new Error("inner") });
    logger.child({}, { msgPrefix: "[usb] " }).info("prefixed");
    logger.info({ a: 1 });
    assert.deepEqual(
      lines.parsed.map(({ msg }) => msg),
      [
        'one of 2: {"three":[3]}',
        "a field",
        "a message",
        "out of range",
        "inner",
        "[usb] prefixed",
        undefined,
      ],
    );
    assert.equal(lines.parsed[2]?.["msg_"], "a field");
  });

  it("hides secrets also where they are formatted into the message", () => {
    const { logger, lines } = attached({ redactPaths: ["user.email"] });
    logger.info("%o %j", { token: "hunter2" }, { user: { email: "ada@example.org" } });
    assert.doesNotMatch(lines.texts.join(), /hunter2|ada@/);
  });

  it("shows an error with its type, stack, own fields and causes, wherever it stands", () => {
    const { logger, lines } = attached();
    class TransferError extends Error {
      code = "LIBUSB_STALL";
      config = { headers: { Authorization: "Bearer hunter2" } };
    }
    const error = new TransferError("stalled", { cause: new AggregateError([new Error("first")], "all") });
    logger.warn({ attempt: { failure: error } }, "again");
    const failure = (lines.last["attempt"] as Record<string, Record<string, unknown>>)["failure"];
    assert.ok(failure);
    const { stack, cause, ...own } = failure;
    assert.match(String(stack), /^Error: stalled\n {4}at /);
    assert.deepEqual(own, {
      type: "TransferError",
      message: "stalled",
      code: "LIBUSB_STALL",
      config: { headers: { Authorization: "[redacted]" } },
    });
    assert.equal((cause as Record<string, unknown>)["type"], "AggregateError");
    assert.match(JSON.stringify(cause), /"message":"first"/);
  });

  it("cannot be forged by a caller's field", () => {
    const { logger, lines } = attached();
    const forged = { time: 1, level: "fatal", service: "x", environment: "x", tenant_id: "x", audit: true };
    const span = { trace_id: "x", span_id: "x", trace_flags: "x" };
    logger.child(forged).info(span, "hello");
    const renamed = Object.entries({ ...forged, ...span }).map(([key, value]) => [`${key}_`, value]);
    assert.deepEqual(lines.last, { ...common, level: "info", ...Object.fromEntries(renamed), msg: "hello" });
  });

  it("has each field once: a call's counts before the logger's, and a child's before its parent's", () => {
    const { logger, lines } = attached();
    logger.child({ a: 1, b: 1, c: 1 }).child({ b: 2, c: 2 }).info({ c: 3, component: "usb" }, "once");
    const [text = ""] = lines.texts;
    assert.deepEqual(lines.last, {
      ...common,
      level: "info",
      a: 1,
      b: 2,
      c: 3,
      component: "usb",
      msg: "once",
    });
    assert.equal(text.match(/"c":/g)?.length, 1);
    assert.equal(text.match(/"b":/g)?.length, 1);
  });

  it("is read by the child's own serializers, before secrets are hidden", () => {
    const { logger, lines } = attached();
    const serializers = {
      user: ({ id, token }: { id: number; token: string }) => ({ id, token }),
      bad: () => {
        throw new Error("no");
      },
    };
    logger.child({}, { serializers }).info({ user: { id: 7, token: "t", more: 1 }, bad: 1 }, "x");
    assert.deepEqual(lines.last["user"], { id: 7, token: "[redacted]" });
    assert.equal(lines.last["bad"], "(unreadable)");
  });

  it("is the very line that the sink gets, with its level", () => {
    const accepted: [string, number][] = [];
    const { logger, lines } = attached({ sink: { accept: (line, level) => accepted.push([line, level]) } });
    logger.info("one");
    logger.error("two");
    assert.deepEqual(accepted, [
      [lines.texts[0], 30],
      [lines.texts[1], 50],
    ]);
  });
});

describe("a logger", () => {
  it("is silent until it is attached, and again when it is detached; children too", () => {
    const logger = createLogger();
    const child = logger.child({ component: "early" }, { level: "debug" });
    const first = coreWith();
    const second = coreWith();
    const log = () => {
      logger.info("root");
      child.debug("child");
      child.audit("audited");
    };
    log();
    assert.equal(logger.isLevelEnabled("fatal"), false);
    logger.attach(first.core);
    log();
    logger.detach();
    log();
    logger.attach(second.core);
    log();
    for (const { lines } of [first, second]) {
      assert.deepEqual(
        lines.parsed.map(({ msg, component }) => [msg, component]),
        [
          ["root", undefined],
          ["child", "early"],
          ["audited", "early"],
        ],
      );
    }
  });

  it("hides what the app's rules cover also in the fields of children made before the rules were known", () => {
    const logger = createLogger();
    const child = logger.child({ user: { email: "ada@example.org", id: 1 } });
    const { core, lines } = coreWith({ redactPaths: ["user.email"] });
    logger.attach(core);
    child.child({ more: 1 }).info("hello");
    assert.deepEqual(lines.last["user"], { email: "[redacted]", id: 1 });
    assert.deepEqual(child.bindings(), { user: { email: "ada@example.org", id: 1 } });
    child.info("hello");
    assert.deepEqual(child.bindings(), { user: { email: "[redacted]", id: 1 } });
  });

  it("changes its level at run time, with all children that have none of their own", () => {
    const { logger, lines } = attached();
    const following = logger.child({}).child({});
    const own = logger.child({}, { level: "error" });
    const heard = () => {
      const before = lines.texts.length;
      for (const one of [logger, following, own]) one.debug("x");
      return lines.texts.length - before;
    };
    assert.equal(heard(), 0);
    logger.level = "debug";
    assert.equal(heard(), 2);
    assert.equal(following.level, "debug");
    assert.equal(following.isLevelEnabled("trace"), false);
    own.level = "trace";
    assert.equal(heard(), 3);
    logger.level = "warn";
    assert.equal(heard(), 1);
  });

  it("audits at whatever level, out at once and marked", () => {
    const accepted: string[] = [];
    const { logger, core, lines } = attached({
      level: "fatal",
      sink: { accept: (line) => void accepted.push(line) },
    });
    core.setShedding(3);
    logger.child({ component: "auth" }).audit("user.deleted", { user: 7, secret: "s" });
    assert.deepEqual(lines.events, ["write", "flush"]);
    assert.deepEqual(accepted, lines.texts);
    const { level, audit, component, user, secret, msg } = lines.last;
    assert.deepEqual(
      { level, audit, component, user, secret, msg },
      { level: "info", audit: true, component: "auth", user: 7, secret: "[redacted]", msg: "user.deleted" },
    );
  });

  it("has a fatal line out before it returns", () => {
    const { logger, lines } = attached();
    logger.error("later");
    logger.fatal("now");
    assert.deepEqual(lines.events, ["write", "write", "flush"]);
  });

  it("sheds what the memory guard asks for, and counts it", () => {
    const dropped: [string, number][] = [];
    const accepted: string[] = [];
    const { logger, core, lines } = attached({
      level: "debug",
      sink: { accept: (line) => void accepted.push((JSON.parse(line) as { msg: string }).msg) },
      onDrop: (reason, count) => dropped.push([reason, count]),
    });
    const logAll = () => {
      for (const level of ["debug", "info", "warn", "error", "fatal"] as const) logger[level](level);
    };
    core.setShedding(1);
    logAll();
    assert.deepEqual(accepted.splice(0), ["info", "warn", "error", "fatal"]);
    assert.deepEqual(dropped.splice(0), [["shed", 1]]);
    core.setShedding(3);
    lines.texts.length = 0;
    logAll();
    assert.deepEqual(accepted.splice(0), ["error", "fatal"]);
    assert.equal(dropped.splice(0).length, 3);
    assert.deepEqual(
      lines.parsed.map(({ msg }) => msg),
      ["info", "warn", "error", "fatal"],
    );
    core.setShedding(0);
    logAll();
    assert.equal(accepted.length, 5);
    assert.deepEqual(dropped, []);
  });

  it("takes the place of one of pino's", () => {
    const { logger, lines } = attached();
    const pinos: pino.Logger = logger;
    const ours: Logger = logger;
    pinos.info("as pino");
    ours.child({ component: "typed" }).audit("as ours");
    assert.equal(lines.texts.length, 2);
  });
});

/** Makes values: fast-check itself cannot hold all of them. */
const hostileMaker = fc.constantFrom(...Object.values(hostile));
const maker: fc.Arbitrary<() => unknown> = fc.oneof(
  hostileMaker,
  fc
    .anything({
      key: fc.string({ unit: "binary", maxLength: 8 }),
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
      withSparseArray: true,
    })
    .map((value) => () => value),
  fc
    .record({ inner: hostileMaker, err: hostileMaker, msg: hostileMaker }, { requiredKeys: [] })
    .map((makers) => () => Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, make()]))),
);

describe("whatever a logger is given", () => {
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  const oneLine = /^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+\n$/;

  const assertOneLine = (lines: Lines) => {
    assert.equal(lines.texts.length, 1);
    const [text = ""] = lines.texts;
    assert.ok(text.length < 512 * 1024, `${text.length} characters`);
    assert.ok(oneLine.test(text), text.slice(0, 200));
    assert.ok(text.isWellFormed());
    const parsed = lines.last;
    assert.equal(parsed["level"], "info");
    assert.equal(parsed["service"], "usb-daemon");
    lines.texts.length = 0;
  };

  for (const [name, make] of Object.entries(hostile)) {
    it(`becomes one line of JSON: ${name}`, () => {
      const { logger, lines } = attached();
      const value = make();
      const uses: ((log: Logger) => void)[] = [
        (log) => log.info(value as object),
        (log) => log.info({ value }, "m"),
        (log) => log.info("%s %d %i %j %o", ...(Array(5).fill(value) as [])),
        (log) => log.info(value as object, "%s", value),
        (log) => log.info({ value }, value as string),
        (log) => log.child({ value }).info("m"),
        (log) => log.child(value as object).info("m"),
        (log) => log.child({}, value as object).info("m"),
        (log) => log.audit(value as string, value as object),
      ];
      for (const use of uses) {
        use(logger);
        assertOneLine(lines);
      }
    });
  }

  it("becomes one line of JSON, together with whatever else", () => {
    const { logger, lines } = attached();
    fc.assert(
      fc.property(fc.array(maker, { maxLength: 4 }), (makers) => {
        logger.info(...(makers.map((make) => make()) as [object]));
        assertOneLine(lines);
      }),
    );
  });

  it("is shown as far as it can be read", () => {
    const { logger, lines } = attached();
    logger.info(hostile["getter"]?.() as object, "half");
    assert.equal(lines.last["bad"], "(unreadable)");
    assert.equal(lines.last["good"], 1);
  });

  it("says where it was cut", () => {
    const { logger, lines } = attached();
    logger.info({ list: new Array(5_000).fill(0) }, "x".repeat(100_000));
    assert.equal(String(lines.last["msg"]).slice(-14), "x… (truncated)".slice(-14));
    assert.equal((lines.last["list"] as unknown[]).at(-1), "(truncated)");
  });

  it("may log while it is read, to a bounded depth", () => {
    const { logger, lines } = attached();
    const chatty = {
      get name(): string {
        logger.info(chatty, "inner");
        return "x";
      },
    };
    logger.info(chatty, "outer");
    assert.deepEqual(
      lines.parsed.map(({ msg, name }) => [msg, name]),
      [
        ["inner", "x"],
        ["inner", "x"],
        ["inner", "x"],
        ["outer", "x"],
      ],
    );
  });

  it("leaves the logger as it was where the stack ends", () => {
    const { logger, lines } = attached();
    let way = 0;
    /** Logs on the way up, where there is hardly any room yet. */
    const descend = (): void => {
      try {
        descend();
      } catch {
        way = 0;
      }
      if (++way > 50) return;
      try {
        logger.info({ nested: { list: [1, 2, 3] } }, "deep");
      } catch (error) {
        assert.ok(error instanceof RangeError);
      }
    };
    for (let i = 0; i < 5; i++) descend();
    lines.texts.length = 0;
    logger.info("still there");
    assert.equal(lines.texts.length, 1);
  });

  it("reaches the app by no error of a destination or a sink, and they are told of", async () => {
    const refuse = () => {
      throw new Error("no");
    };
    const { logger, core } = attached({
      destination: { write: refuse, flushSync: refuse },
      sink: { accept: refuse },
    });
    const said = await stderrOf(() => {
      logger.fatal("hello");
      logger.audit("hello");
      core.flushSync();
    });
    assert.match(said, /destination refuses lines: Error: no\n.*could not be handed over: Error: no\n$/);
  });
});
