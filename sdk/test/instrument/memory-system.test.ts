import assert from "node:assert/strict";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { instrumentMemorySystem, type MemorySystemOptions } from "../../src/instrument/memory-system.ts";
import { type RecordedTelemetry, recordTelemetry } from "../support/recorded-telemetry.ts";

/** A memory in the shape of mem0's. */
class Memory {
  readonly collectionName = "notes";
  failure: Error | undefined;
  async search(query: string) {
    if (this.failure) throw this.failure;
    return { results: [{ id: "1", memory: `about ${query}` }, { id: "2" }] };
  }
  async add(messages: unknown) {
    return { results: [{ id: "3", messages }] };
  }
  async update(id: string, data: string) {
    return { message: `${id} is ${data}` };
  }
  async delete(id: string) {
    return { message: id };
  }
  async deleteAll() {
    await this.delete("1");
    return "all";
  }
  async get(id: string) {
    return id;
  }
}

describe("instrumenting a memory system", () => {
  let recorded: RecordedTelemetry;
  const undos: (() => void)[] = [];
  const instrument = <T extends object>(memory: T, options?: MemorySystemOptions): T => {
    undos.push(instrumentMemorySystem(memory, options));
    return memory;
  };
  beforeEach(() => {
    recorded = recordTelemetry();
  });
  afterEach(async () => {
    for (const undo of undos.splice(0)) undo();
    await recorded.stop();
  });

  it("makes a search a span and metrics, with the number of results and none of the contents", async () => {
    const memory = instrument(new Memory());
    const { results } = await memory.search("private");
    assert.equal(results.length, 2);
    const span = recorded.span("memory.search");
    assert.equal(span.kind, SpanKind.CLIENT);
    assert.deepEqual(span.attributes, {
      "gen_ai.operation.name": "search_memory",
      "gen_ai.memory.store.id": "notes",
      "gen_ai.memory.record.count": 2,
      "tenant.id": "own-tenant",
    });
    const labels = { operation: "search", outcome: "success" };
    assert.equal(await recorded.metric("autoweave_memory_operations_total", labels), 1);
    assert.equal(
      await recorded.metric("autoweave_memory_operation_duration_seconds", { operation: "search" }),
      1,
    );
    assert.doesNotMatch(JSON.stringify(recorded.lines), /private/);
  });

  it("records contents where that is asked for", async () => {
    const memory = instrument(new Memory(), { recordContents: true });
    await memory.search("lamps");
    await memory.add([{ role: "user", content: "I like lamps" }]);
    await memory.update("1", "blue lamps");
    const [search, add, update] = recorded.spans.map((span) => span.attributes);
    assert.equal(search?.["gen_ai.memory.query.text"], "lamps");
    assert.equal(search?.["gen_ai.memory.records"], '[{"id":"1","memory":"about lamps"},{"id":"2"}]');
    assert.match(String(add?.["gen_ai.memory.records"]), /I like lamps/);
    assert.equal(update?.["gen_ai.memory.records"], '"blue lamps"');
  });

  it("survives contents that cannot be written", async () => {
    const memory = instrument({ add: (contents: unknown) => contents }, { recordContents: true });
    const cycle: unknown[] = [1n];
    cycle.push(cycle);
    const hostile = {
      get results() {
        throw new Error("hostile");
      },
    };
    assert.equal(memory.add(cycle), cycle);
    assert.equal(memory.add(hostile), hostile);
    assert.equal(await recorded.metric("autoweave_memory_operations_total", { outcome: "success" }), 2);
  });

  it("counts a failure by its kind, and lets it through", async () => {
    const memory = instrument(new Memory());
    memory.failure = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    await assert.rejects(memory.search("x"), (error) => error === memory.failure);
    const span = recorded.span("memory.search");
    assert.equal(span.status.code, SpanStatusCode.ERROR);
    assert.equal(span.attributes["error.type"], "ECONNREFUSED");
    assert.equal(await recorded.metric("autoweave_memory_operations_total", { outcome: "error" }), 1);
  });

  it("counts what one method does through another of the same operation once", async () => {
    const memory = instrument(new Memory());
    assert.equal(await memory.deleteAll(), "all");
    assert.equal(await recorded.metric("autoweave_memory_operations_total", { operation: "delete" }), 1);
  });

  it("leaves what is no operation of it alone", async () => {
    const memory = instrument(new Memory());
    assert.equal(await memory.get("1"), "1");
    assert.equal(memory.get, Memory.prototype.get);
    assert.deepEqual(recorded.spans, []);
  });

  it("measures a search that streams its results until the stream ends", async () => {
    const memory = instrument({
      async *search() {
        yield* ["a", "b"];
      },
    });
    const found: string[] = [];
    for await (const one of memory.search()) {
      assert.equal(recorded.spans.length, 0);
      found.push(one);
    }
    assert.deepEqual(found, ["a", "b"]);
    assert.ok(recorded.span("memory.search"));
  });

  it("is taken back without a trace", () => {
    const memory = new Memory();
    const undo = instrumentMemorySystem(memory);
    undo();
    assert.deepEqual(Object.getOwnPropertyNames(memory).sort(), ["collectionName", "failure"]);
  });

  it("refuses an object without any of it, and says what was looked for", () => {
    assert.throws(() => instrumentMemorySystem({}), {
      code: "AUTOWEAVE_NOT_INSTRUMENTABLE",
      message: /a method search or searchMemory/,
    });
  });
});
