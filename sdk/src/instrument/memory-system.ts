import { type Context, context, type Span, trace } from "@opentelemetry/api";
import { currentTenant } from "../context/tenant.ts";
import { attributes, type MemoryOperation, type Outcome } from "../names/index.ts";
import { telemetry } from "../telemetry.ts";
import { recordError } from "../traces/errors.ts";
import { isLive } from "./live.ts";
import { jsonOfContents, recordsIn } from "./memory-contents.ts";
import { notInstrumentable } from "./not-instrumentable.ts";
import { type MeasuredCall, measureOperations } from "./operations.ts";
import { shared } from "./shared.ts";
import { collectUndos } from "./undos.ts";
import type { Undo } from "./wrap.ts";

/**
 * AutoWeave's memory system, mem0's `Memory` and `MemoryClient`, or anything that has some of this; an operation's further names
 * stand for the same.
 */
export interface MemorySystem {
  /** Which store it is, for spans. Also `collectionName`, `name`. */
  readonly storeId?: string;
  /** Takes the query first; returns, or promises, records: see below. Also `searchMemory`, `searchMemories`, `query`, `retrieve`, `recall`. */
  search?(query: never, ...args: never[]): unknown;
  /** Takes the content first. Also `addMemory`, `addMemories`, `store`, `remember`. */
  add?(content: never, ...args: never[]): unknown;
  /** Takes an id first, then the content. Also `updateMemory`, `batchUpdate`. */
  update?(id: never, content?: never, ...args: never[]): unknown;
  /** Also `deleteMemory`, `deleteAll`, `batchDelete`, `remove`, `forget`. */
  delete?(id: never, ...args: never[]): unknown;
}

export interface MemorySystemOptions {
  /** Spans carry queries, contents and records. Default: false. */
  readonly recordContents?: boolean;
}

const kind = Symbol("autoweave.memory");

const methodNames: Readonly<Record<MemoryOperation, readonly string[]>> = {
  search: ["search", "searchMemory", "searchMemories", "query", "retrieve", "recall"],
  add: ["add", "addMemory", "addMemories", "store", "remember"],
  update: ["update", "updateMemory", "batchUpdate"],
  delete: ["delete", "deleteMemory", "deleteAll", "batchDelete", "remove", "forget"],
};

/**
 * Spans `memory.{operation}` and metrics for a memory system: see {@link MemorySystem}. Results are counted where they are a list,
 * or have one as `results`, `memories` or `records`. Contents are recorded with `recordContents` only, as JSON. The system's
 * behaviour stays what it is, but for what `observe` says of promises. Instrumenting twice is instrumenting once, with the
 * options of the first time. Returns how to take it back.
 * @throws ObservabilityConfigError `AUTOWEAVE_NOT_INSTRUMENTABLE` when it has none of these methods, or is frozen.
 */
export function instrumentMemorySystem(memory: object, options: MemorySystemOptions = {}): Undo {
  if ((typeof memory !== "object" && typeof memory !== "function") || memory === null) {
    throw notInstrumentable("memory system", lookedFor, memory);
  }
  const { recordContents = false } = options;
  return shared(memory, kind, () =>
    collectUndos((undos) => {
      const measured = measureOperations(memory, kind, methodNames, undos, (operation, args) =>
        isLive() ? new MemoryCall(operation, storeOf(memory), recordContents ? args : undefined) : undefined,
      );
      if (measured.length === 0) throw notInstrumentable("memory system", lookedFor, memory);
    }),
  );
}

const lookedFor = Object.values(methodNames).map((names) => `a method ${names.join(" or ")}`);

/** Which store a memory system is, as far as it says so. */
function storeOf(memory: object): string | undefined {
  try {
    const { storeId, collectionName, name } = memory as Record<string, unknown>;
    const found = [storeId, collectionName, typeof memory === "function" ? undefined : name];
    return found.find((value): value is string => typeof value === "string" && value !== "");
  } catch {
    return undefined;
  }
}

class MemoryCall implements MeasuredCall {
  readonly context: Context;
  readonly #operation: MemoryOperation;
  readonly #tenantId = currentTenant();
  readonly #span: Span;
  readonly #startedMs = performance.now();
  readonly #recordsContents: boolean;

  /** `contents`: the arguments, if they are to be recorded. */
  constructor(operation: MemoryOperation, storeId: string | undefined, contents: unknown[] | undefined) {
    this.#operation = operation;
    this.#recordsContents = contents !== undefined;
    this.#span = telemetry.tracer.createMemorySpan({ operation, storeId });
    if (contents) this.#recordArguments(contents);
    this.context = trace.setSpan(context.active(), this.#span);
  }

  succeeded(result: unknown): void {
    const records = recordsIn(result);
    if (records) this.#span.setAttribute(attributes.memoryRecordCount, records.length);
    if (records && this.#recordsContents) {
      this.#span.setAttribute(attributes.memoryRecords, jsonOfContents(records));
    }
    this.#end("success");
  }

  failed(error: unknown): void {
    recordError(this.#span, error);
    this.#end("error");
  }

  #recordArguments([first, second]: unknown[]): void {
    if (this.#operation === "search") this.#span.setAttribute(attributes.memoryQuery, textOf(first));
    if (this.#operation === "add") this.#span.setAttribute(attributes.memoryRecords, jsonOfContents(first));
    if (this.#operation === "update")
      this.#span.setAttribute(attributes.memoryRecords, jsonOfContents(second));
  }

  #end(outcome: Outcome): void {
    const operation = this.#operation;
    const seconds = (performance.now() - this.#startedMs) / 1_000;
    const { metrics } = telemetry;
    metrics.increment("memoryOperations", { operation, outcome }, 1, this.#tenantId);
    metrics.observe("memoryOperationDuration", { operation }, seconds, this.#tenantId, this.#span);
    this.#span.end();
  }
}

const textOf = (value: unknown) => (typeof value === "string" ? value : jsonOfContents(value));
