import assert from "node:assert/strict";
import { EventEmitter, getEventListeners } from "node:events";
import fc from "fast-check";
import { observeEmitter } from "../../src/instrument/emitter-events.ts";
import { EventHandling } from "../../src/instrument/event-handling.ts";
import { observeTarget } from "../../src/instrument/target-events.ts";
import { unhandledRejections } from "../support/unhandled-rejections.ts";

const names = new Set(["attach", "detach", "error"]);
const kind = Symbol("observed events");

/** Observes events and keeps what is told of their handling: name, and the error if there was one. */
function recorder() {
  const ended: unknown[][] = [];
  const begin = (name: string) =>
    new EventHandling(
      (dispatch) => dispatch(),
      (failed, error) => ended.push(failed ? [name, error] : [name]),
    );
  return { ended, begin };
}

function observedEmitter<T extends EventEmitter>(emitter: T) {
  const { ended, begin } = recorder();
  const undo = observeEmitter(emitter, names, kind, begin);
  assert.ok(undo);
  return { ended, undo };
}

function observedTarget(target: EventTarget) {
  const { ended, begin } = recorder();
  const undo = observeTarget(target, names, kind, (event) => begin(event.type));
  assert.ok(undo);
  return { ended, undo };
}

describe("the handling of an event", () => {
  it("ends once all has settled, as failed with the first error", async () => {
    const ended: unknown[][] = [];
    const handling = new EventHandling(
      (dispatch) => dispatch(),
      (...end) => ended.push(end),
    );
    const late = Promise.withResolvers<undefined>();
    handling.run(() => {
      handling.follows(Promise.reject(new Error("first")));
      handling.follows(late.promise);
    });
    await new Promise(setImmediate);
    assert.deepEqual(ended, []);
    late.reject(new Error("second"));
    await new Promise(setImmediate);
    assert.deepEqual(ended, [[true, new Error("first")]]);
  });

  it("keeps from the app what goes wrong in recording it", () => {
    const handling = new EventHandling(
      (dispatch) => dispatch(),
      () => {
        throw new Error("a fault of telemetry");
      },
    );
    assert.equal(
      handling.run(() => "handled"),
      "handled",
    );
  });
});

/** What an app does with an emitter, as a script that can be played on any. */
const eventNames = fc.constantFrom("attach", "detach", "other", "error");
const listenerIds = fc.nat(3);
const action = fc.oneof(
  fc.record({
    do: fc.constantFrom("on", "once", "prependListener", "off"),
    name: eventNames,
    listener: listenerIds,
  }),
  fc.record({ do: fc.constant("emit"), name: eventNames, listener: listenerIds }),
  fc.record({ do: fc.constantFrom("removeAllListeners"), name: eventNames, listener: listenerIds }),
);

/** Plays a script and tells all that can be seen of it. */
function played(emitter: EventEmitter, script: { do: string; name: string; listener: number }[]): unknown[] {
  const seen: unknown[] = [];
  const listeners = [
    function (this: unknown, ...args: unknown[]) {
      seen.push([0, this === emitter, ...args]);
    },
    () => {
      seen.push(1);
      emitter.removeListener("attach", listeners[2] as () => void);
    },
    () => {
      seen.push(2);
      throw new Error("broken listener");
    },
    async () => {
      seen.push(3);
    },
  ];
  emitter.on("newListener", (name, listener) => seen.push(["new", name, listeners.indexOf(listener)]));
  emitter.on("removeListener", (name, listener) => seen.push(["removed", name, listeners.indexOf(listener)]));
  for (const { do: what, name, listener } of script) {
    try {
      if (what === "emit") seen.push(["emitted", emitter.emit(name, listener, "second")]);
      else if (what === "removeAllListeners") emitter.removeAllListeners(name);
      else emitter[what as "on"](name, listeners[listener] as () => void);
    } catch (error) {
      seen.push(["threw", String(error)]);
    }
    seen.push(emitter.listenerCount(name));
    seen.push(emitter.listeners(name).map((one) => listeners.indexOf(one as () => void)));
    seen.push(emitter.rawListeners(name).length, emitter.eventNames());
  }
  return seen;
}

describe("observing an emitter", () => {
  it("changes nothing that an app sees, whatever it does with its listeners", () =>
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 30 }),
        fc.boolean(),
        fc.nat(30),
        (script, captureRejections, undoAt) => {
          const bare = new EventEmitter({ captureRejections });
          const wrapped = new EventEmitter({ captureRejections });
          const { undo } = observedEmitter(wrapped);
          if (undoAt === 0) undo();
          assert.deepEqual(played(wrapped, script), played(bare, script));
        },
      ),
    ));

  it("ends an event when its listeners have returned and their async functions have settled", async () => {
    const gate = Promise.withResolvers<undefined>();
    const emitter = new EventEmitter();
    const { ended } = observedEmitter(emitter);
    emitter.on("attach", () => {});
    emitter.once("attach", async () => gate.promise);
    emitter.emit("attach");
    await null;
    assert.deepEqual(ended, []);
    gate.resolve(undefined);
    await new Promise(setImmediate);
    assert.deepEqual(ended, [["attach"]]);
  });

  it("ends an event at once when nobody listens", () => {
    const emitter = new EventEmitter();
    const { ended } = observedEmitter(emitter);
    assert.equal(emitter.emit("attach"), false);
    assert.deepEqual(ended, [["attach"]]);
  });

  it("tells the error of a listener, and lets it through to who emitted", () => {
    const error = new Error("broken");
    const emitter = new EventEmitter();
    const { ended } = observedEmitter(emitter);
    emitter.on("attach", () => {
      throw error;
    });
    assert.throws(
      () => emitter.emit("attach"),
      (thrown) => thrown === error,
    );
    assert.deepEqual(ended, [["attach", error]]);
  });

  it("lets an `error` that nobody listens to be thrown", () => {
    const emitter = new EventEmitter();
    observedEmitter(emitter);
    assert.throws(() => emitter.emit("error", new Error("lost device")), { message: "lost device" });
  });

  it("sees the events of an emitter that emits in its own way", () => {
    class Shouting extends EventEmitter {
      override emit(name: string, ...args: unknown[]): boolean {
        return super.emit(name, ...args.map((arg) => String(arg).toUpperCase()));
      }
    }
    const emitter = new Shouting();
    const { ended } = observedEmitter(emitter);
    const heard: unknown[] = [];
    emitter.on("attach", (what) => heard.push(what));
    emitter.emit("attach", "scanner");
    assert.deepEqual(heard, ["SCANNER"]);
    assert.deepEqual(ended, [["attach"]]);
  });

  it("leaves the rejections of listeners as they are: unhandled, handled, or captured", async () => {
    const rejections = await unhandledRejections(
      `const { EventEmitter } = await import("node:events");
      const { observeEmitter } = await import(process.env.EVENTS + "emitter-events.ts");
      const { EventHandling } = await import(process.env.EVENTS + "event-handling.ts");
      const observed = (options) => {
        const emitter = new EventEmitter(options);
        const begin = () => new EventHandling((dispatch) => dispatch(), () => {});
        observeEmitter(emitter, new Set(["attach"]), Symbol(), begin);
        return emitter;
      };
      const handled = Promise.reject(new Error("handled by the app"));
      handled.catch(() => {});
      const plain = observed();
      plain.on("attach", async () => { throw new Error("async function"); });
      plain.on("attach", () => handled);
      plain.on("attach", () => Promise.reject(new Error("plain function")));
      plain.emit("attach");
      const capturing = observed({ captureRejections: true });
      capturing.on("error", () => {});
      capturing.on("attach", async () => { throw new Error("captured"); });
      capturing.emit("attach");`,
      { EVENTS: new URL("../../src/instrument/", import.meta.url).href },
    );
    assert.deepEqual(rejections.sort(), ["async function", "plain function"]);
  });
});

/** As `action`, for an EventTarget. */
const targetAction = fc.record({
  do: fc.constantFrom("add", "add", "once", "capture", "remove", "removeCapture", "dispatch", "dispatch"),
  name: fc.constantFrom("attach", "other"),
  listener: fc.nat(2),
});

function playedOnTarget(
  target: EventTarget,
  script: { do: string; name: string; listener: number }[],
  undo: () => void,
  undoAt: number,
): unknown[] {
  const seen: unknown[] = [];
  const listeners = [
    function (this: unknown, event: Event) {
      seen.push([0, this === target, event.type, event.currentTarget === target]);
    },
    async () => {
      seen.push(1);
    },
    { handleEvent: () => void seen.push(2) },
  ];
  for (const [index, { do: what, name, listener }] of script.entries()) {
    if (index === undoAt) undo();
    const one = listeners[listener] as () => void;
    if (what === "dispatch") {
      seen.push(["dispatched", target.dispatchEvent(new Event(name, { cancelable: true }))]);
    } else if (what === "remove") target.removeEventListener(name, one);
    else if (what === "removeCapture") target.removeEventListener(name, one, true);
    else target.addEventListener(name, one, { once: what === "once", capture: what === "capture" });
    seen.push(getEventListeners(target, name).length);
  }
  return seen;
}

describe("observing an event target", () => {
  it("changes nothing that an app sees, whatever it does with its listeners, and when it is undone", () =>
    fc.assert(
      fc.property(fc.array(targetAction, { maxLength: 40 }), fc.nat(40), (script, undoAt) => {
        const bare = new EventTarget();
        const wrapped = new EventTarget();
        const { undo } = observedTarget(wrapped);
        assert.deepEqual(
          playedOnTarget(wrapped, script, undo, undoAt),
          playedOnTarget(bare, script, () => {}, 0),
        );
      }),
      { numRuns: 300 },
    ));

  it("ends an event when the promises of its listeners have settled, whatever function they come from", async () => {
    const gate = Promise.withResolvers<undefined>();
    const target = new EventTarget();
    const { ended } = observedTarget(target);
    target.addEventListener("attach", () => gate.promise);
    target.dispatchEvent(new Event("attach"));
    await null;
    assert.deepEqual(ended, []);
    gate.resolve(undefined);
    await new Promise(setImmediate);
    assert.deepEqual(ended, [["attach"]]);
  });

  it("puts the listeners themselves back when it is undone, in their order, without a moment without any", () => {
    const counts: number[] = [];
    class Counting extends EventTarget {
      override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>) {
        super.removeEventListener(...args);
        counts.push(getEventListeners(this, "attach").length);
      }
    }
    const target = new Counting();
    const listeners = [() => {}, () => {}, () => {}] as const;
    target.addEventListener("attach", listeners[0]);
    const { undo } = observedTarget(target);
    target.addEventListener("attach", listeners[1]);
    target.addEventListener("attach", listeners[2]);
    undo();
    assert.deepEqual(getEventListeners(target, "attach"), [...listeners]);
    assert.equal(Math.min(...counts), 3);
    assert.deepEqual(Object.getOwnPropertyNames(target), []);
  });

  it("does not bring back a listener that has run once or whose signal was aborted", () => {
    const target = new EventTarget();
    const aborting = new AbortController();
    const { undo } = observedTarget(target);
    target.addEventListener("attach", () => {}, { once: true });
    target.addEventListener("attach", () => {}, { signal: aborting.signal });
    target.dispatchEvent(new Event("attach"));
    aborting.abort();
    undo();
    assert.deepEqual(getEventListeners(target, "attach"), []);
  });
});
