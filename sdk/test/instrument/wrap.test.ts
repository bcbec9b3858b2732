import assert from "node:assert/strict";
import { promisify } from "node:util";
import { type Around, original, wrap } from "../../src/instrument/wrap.ts";
import { ObservabilityConfigError } from "../../src/options/error.ts";

const ours = Symbol("ours");
const others = Symbol("others");

/** Counts the calls that go through a wrapping. */
function counting(): { around: Around; calls: number } {
  const counter = {
    calls: 0,
    around: ((call, self, args) => {
      counter.calls++;
      return Reflect.apply(call, self, args);
    }) as Around,
  };
  return counter;
}

class Scanner {
  readonly found = ["a"];
  scan(this: Scanner, more: string): string[] {
    return [...this.found, more];
  }
  get reader(): () => string {
    return () => "read";
  }
}

describe("wrapping a method", () => {
  it("gives `this` and the arguments to the method, and the very result to the caller", () => {
    const result = {};
    const target = {
      seen: [] as unknown[],
      method(...args: unknown[]) {
        this.seen.push(this, ...args);
        return result;
      },
    };
    wrap(target, "method", ours, counting().around);
    assert.equal(target.method(1, "two"), result);
    assert.deepEqual(target.seen, [target, 1, "two"]);
  });

  it("keeps name, length, own properties and what promisify reads", async () => {
    const method = (a: number, b: number) => a + b;
    const target = {
      method: Object.assign(method, { note: "kept", [promisify.custom]: async () => "custom" }),
    };
    wrap(target, "method", ours, counting().around);
    assert.equal(target.method.name, "method");
    assert.equal(target.method.length, 2);
    assert.equal(target.method.note, "kept");
    assert.equal(await promisify(target.method)(), "custom");
  });

  it("shows the method as it was", () => {
    const target = new Scanner();
    wrap(target, "scan", ours, counting().around);
    assert.equal((target.scan as unknown as Record<symbol, unknown>)[original], Scanner.prototype.scan);
  });

  it("changes one object, not its class, and adds nothing that is listed or serialised", () => {
    const target = new Scanner();
    const undo = wrap(target, "scan", ours, counting().around);
    assert.deepEqual(Object.keys(target), ["found"]);
    assert.equal(JSON.stringify(target), '{"found":["a"]}');
    assert.equal(new Scanner().scan, Scanner.prototype.scan);
    undo?.();
    assert.equal(Object.hasOwn(target, "scan"), false);
  });

  it("is one wrapping however often it is done, until the last undo", () => {
    const counter = counting();
    const target = new Scanner();
    const undos = [1, 2, 3].map(() => wrap(target, "scan", ours, counter.around));
    target.scan("x");
    assert.equal(counter.calls, 1);
    undos[0]?.();
    undos[0]?.();
    undos[2]?.();
    target.scan("x");
    assert.equal(counter.calls, 2);
    undos[1]?.();
    target.scan("x");
    assert.equal(counter.calls, 2);
    assert.equal(target.scan, Scanner.prototype.scan);
  });

  it("is one wrapping when the class is wrapped and then one of its objects", () => {
    class Own extends Scanner {
      override scan(more: string) {
        return [more];
      }
    }
    const counter = counting();
    const target = new Own();
    const undoClass = wrap(Own.prototype, "scan", ours, counter.around);
    const undoObject = wrap(target, "scan", ours, counter.around);
    target.scan("x");
    assert.equal(counter.calls, 1);
    undoClass?.();
    undoObject?.();
    assert.equal(Object.hasOwn(target, "scan"), false);
  });

  for (const order of [
    [0, 1],
    [1, 0],
  ] as const) {
    it(`leaves no trace when two kinds are undone in the order ${order.join(", ")}`, () => {
      const method = () => 1;
      const target = { method };
      const undos = [
        wrap(target, "method", ours, counting().around),
        wrap(target, "method", others, counting().around),
      ];
      for (const index of order) undos[index]?.();
      assert.equal(target.method, method);
    });
  }

  it("only passes calls on once it is undone under a wrapper of somebody else", () => {
    const counter = counting();
    const target = new Scanner();
    const undo = wrap(target, "scan", ours, counter.around);
    const covered = target.scan;
    const theirs = function (this: Scanner, more: string) {
      return covered.call(this, more).concat("theirs");
    };
    target.scan = theirs;
    undo?.();
    assert.equal(target.scan, theirs);
    assert.deepEqual(target.scan("x"), ["a", "x", "theirs"]);
    assert.equal(counter.calls, 0);
  });

  it("is done anew over somebody else's wrapper after an undo, and counts a call once", () => {
    const counter = counting();
    const target = new Scanner();
    const undo = wrap(target, "scan", ours, counter.around);
    const covered = target.scan;
    target.scan = function (this: Scanner, more: string) {
      return covered.call(this, more);
    };
    undo?.();
    wrap(target, "scan", ours, counter.around);
    target.scan("x");
    assert.equal(counter.calls, 1);
  });

  it("is found again under somebody else's wrapper", () => {
    const counter = counting();
    const target = new Scanner();
    wrap(target, "scan", ours, counter.around);
    const covered = target.scan;
    target.scan = function (this: Scanner, more: string) {
      return covered.call(this, more);
    };
    wrap(target, "scan", ours, counter.around);
    target.scan("x");
    assert.equal(counter.calls, 1);
  });

  it("leaves alone what is no method: accessors, values, and what is not there", () => {
    const target = new Scanner();
    assert.equal(wrap(target, "reader", ours, counting().around), undefined);
    assert.equal(wrap(target, "found", ours, counting().around), undefined);
    assert.equal(wrap(target, "missing", ours, counting().around), undefined);
    assert.deepEqual(Object.getOwnPropertyNames(target), ["found"]);
  });

  it("keeps a class callable with `new` only", () => {
    const target = { Scanner };
    wrap(target, "Scanner", ours, counting().around);
    assert.ok(new target.Scanner() instanceof Scanner);
    assert.throws(() => (target.Scanner as unknown as () => void)(), TypeError);
  });

  it("puts its stand-in where a method cannot be assigned but can be defined", () => {
    const method = () => 1;
    const parent = Object.defineProperty({}, "method", { value: method }) as { method(): number };
    const target = Object.create(parent) as typeof parent;
    const counter = counting();
    const undo = wrap(target, "method", ours, counter.around);
    assert.equal(target.method(), 1);
    assert.equal(counter.calls, 1);
    assert.equal(Object.getOwnPropertyDescriptor(target, "method")?.writable, false);
    undo?.();
    assert.equal(target.method, method);
  });

  for (const [what, target] of Object.entries({
    "is frozen": Object.freeze({ method: () => 1 }),
    "takes no further properties": Object.preventExtensions(new Scanner()),
    "has it read-only": Object.defineProperty({}, "method", { value: () => 1 }),
  })) {
    it(`refuses an object that ${what}, and says why`, () => {
      const name = "method" in target ? "method" : "scan";
      assert.throws(
        () => wrap(target, name, ours, counting().around),
        (error: unknown) => {
          assert.ok(error instanceof ObservabilityConfigError);
          assert.equal(error.code, "AUTOWEAVE_NOT_INSTRUMENTABLE");
          assert.match(error.message, new RegExp(`\`${name}\` cannot be replaced`));
          return true;
        },
      );
    });
  }
});
