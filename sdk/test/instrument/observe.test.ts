import assert from "node:assert/strict";
import fc from "fast-check";
import { observe, type Observation } from "../../src/instrument/observe.ts";
import { type Callable, wrap } from "../../src/instrument/wrap.ts";
import { unhandledRejections } from "../support/unhandled-rejections.ts";

const kind = Symbol("observed");

/** Keeps what an observation was told. */
class Told implements Observation {
  readonly endings: [string, unknown][] = [];
  succeeded(value: unknown): void {
    this.endings.push(["succeeded", value]);
  }
  failed(error: unknown): void {
    this.endings.push(["failed", error]);
  }
}

function observed<T extends object>(target: T, name: keyof T): Told {
  const told = new Told();
  wrap(target, name, kind, (call, self, args) => observe(call, self, args, told));
  return told;
}

/** Ways in which a method answers, given what it answers with. */
const behaviours = {
  returns: (value) => () => value,
  throws: (value) => () => {
    throw value;
  },
  "resolves, an async function": (value) => async () => value,
  "rejects, an async function": (value) => async () => {
    throw value;
  },
  "resolves later": (value) => async () => {
    await null;
    return value;
  },
  "returns a promise": (value) => () => Promise.resolve(value),
  "returns a rejected promise": (value) => () => Promise.reject(value),
  "calls back": (value) =>
    function (this: unknown, callback: unknown) {
      (callback as Callable).call(this, value);
    },
  generates: (value) =>
    function* () {
      const sent: unknown = yield value;
      return sent;
    },
  "generates, async": (value) =>
    async function* () {
      const sent: unknown = yield value;
      throw sent;
    },
} satisfies Record<string, (value: unknown) => Callable>;

/** What a caller sees of a call: its end, and each step of an iteration. */
async function seenOf(target: { method: Callable }, callback: unknown): Promise<unknown[]> {
  const seen: unknown[] = [];
  try {
    const result = target.method(callback);
    seen.push(typeof result, Object.prototype.toString.call(result));
    const iterator = result as { next?: (value?: unknown) => unknown } | undefined;
    if (typeof iterator?.next === "function") {
      seen.push(await iterator.next(), await iterator.next("sent"), await iterator.next());
    } else seen.push(await result);
  } catch (error) {
    seen.push("threw", error);
  }
  return seen;
}

describe("observing a call", () => {
  it("changes nothing that a caller sees, however the method answers", () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(behaviours)),
        fc.anything(),
        async (behaviour, value) => {
          const method = behaviours[behaviour as keyof typeof behaviours](value);
          const bare = { method, calls: [] as unknown[] };
          const wrapped = { method, calls: [] as unknown[] };
          const told = observed(wrapped, "method");
          const recorder = function (this: typeof bare, ...args: unknown[]) {
            this.calls.push(this === bare || this === wrapped, ...args);
          };
          assert.deepEqual(await seenOf(wrapped, recorder), await seenOf(bare, recorder));
          assert.deepEqual(wrapped.calls, bare.calls);
          assert.equal(told.endings.length, 1, "a call ends once");
        },
      ),
    ));

  it("tells the value that an async function resolves with, when it does", async () => {
    const gate = Promise.withResolvers<string>();
    const target = { load: async () => gate.promise };
    const told = observed(target, "load");
    const loading = target.load();
    await null;
    assert.deepEqual(told.endings, []);
    gate.resolve("plugin");
    assert.equal(await loading, "plugin");
    assert.deepEqual(told.endings, [["succeeded", "plugin"]]);
  });

  it("gives a caller the error itself, thrown or rejected", async () => {
    const error = new Error("no device");
    const target = {
      throws: () => {
        throw error;
      },
      rejects: async () => {
        throw error;
      },
    };
    const told = [observed(target, "throws"), observed(target, "rejects")];
    assert.throws(target.throws, (thrown) => thrown === error);
    await assert.rejects(target.rejects(), (thrown) => thrown === error);
    for (const { endings } of told) assert.deepEqual(endings, [["failed", error]]);
  });

  it("passes a promise that is handed out twice on as one promise, and counts both calls", async () => {
    const loading = Promise.reject(new Error("broken"));
    const target = { load: () => loading };
    const told = observed(target, "load");
    const first = target.load();
    assert.equal(target.load(), first);
    await assert.rejects(first, { message: "broken" });
    assert.equal(told.endings.length, 2);
  });

  it("passes on as they are promises that are more than promises, and foreign thenables", () => {
    class Download extends Promise<void> {
      cancel() {}
    }
    let begun = false;
    const results = [
      Download.resolve(),
      Object.assign(Promise.resolve(), { child: 1 }),
      { then: () => (begun = true) },
    ];
    for (const result of results) {
      const target = { method: () => result };
      observed(target, "method");
      assert.equal(target.method(), result);
    }
    assert.equal(begun, false);
  });

  it("ends an iteration when it ends, or when its consumer breaks it off", async () => {
    const target = {
      async *search(): AsyncGenerator<number> {
        yield* [1, 2, 3];
      },
    };
    const told = observed(target, "search");
    const found: number[] = [];
    for await (const one of target.search()) found.push(one);
    assert.deepEqual(found, [1, 2, 3]);
    assert.equal(told.endings.length, 1);
    for await (const one of target.search()) if (one === 2) break;
    assert.equal(told.endings.length, 2);
  });

  it("leaves a rejection that nobody handles unhandled, and a handled one handled", async () => {
    const rejections = await unhandledRejections(
      `const { observe } = await import(process.env.OBSERVE);
      const observation = { succeeded() {}, failed() {} };
      const call = (method) => observe(method, undefined, [], observation);
      call(async () => { throw new Error("async, left alone"); });
      call(() => Promise.reject(new Error("plain, left alone")));
      call(async () => { throw new Error("handled"); }).catch(() => {});
      const shared = Promise.reject(new Error("shared, handled once"));
      call(() => shared).catch(() => {});
      call(() => shared);`,
      { OBSERVE: new URL("../../src/instrument/observe.ts", import.meta.url).href },
    );
    assert.deepEqual(rejections, ["async, left alone", "plain, left alone"]);
  });
});
