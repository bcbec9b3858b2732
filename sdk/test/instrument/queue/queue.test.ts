import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { currentTenant, withTenant } from "../../../src/context/tenant.ts";
import type { Job } from "../../../src/instrument/queue/job.ts";
import { instrumentQueueManager } from "../../../src/instrument/queue/queue.ts";
import type { Undo } from "../../../src/instrument/wrap.ts";
import { attributes } from "../../../src/names/index.ts";
import { ownTenant, recordTelemetry, type RecordedTelemetry } from "../../support/recorded-telemetry.ts";

/** A queue that keeps what it is given and hands it over as JSON, as one with a store would. */
class StoredQueue {
  readonly name: string = "scans";
  readonly stored: { name: string; data: unknown; opts: Job["opts"] }[] = [];
  #handler: ((job: Job) => unknown) | undefined;

  add(name: string, data: unknown, options?: Job["opts"]) {
    this.stored.push({ name, data, opts: options });
    return this.stored.length;
  }

  process(_concurrency: number, handler: (job: Job) => unknown) {
    this.#handler = handler;
    return "registered";
  }

  /** Hands over the oldest job. */
  async next(more: Partial<Job> = {}): Promise<unknown> {
    const job = JSON.parse(JSON.stringify({ id: "7", ...this.stored.shift(), ...more })) as Job;
    return this.#handler?.(job);
  }
}

describe("a queue of an app's own", () => {
  let recorded: RecordedTelemetry;
  let undos: Undo[];
  const instrument = <T extends object>(
    target: T,
    options?: Parameters<typeof instrumentQueueManager>[1],
  ): T => {
    undos.push(instrumentQueueManager(target, options));
    return target;
  };
  const jobs = (labels: Record<string, string>) => recorded.metric("autoweave_queue_jobs_total", labels);

  beforeEach(() => {
    recorded = recordTelemetry();
    undos = [];
  });

  afterEach(async () => {
    for (const undo of undos) undo();
    await recorded.stop();
  });

  it("makes one trace of a job, for the same tenant, through a store that keeps its options", async () => {
    const queue = instrument(new StoredQueue());
    assert.equal(
      queue.process(1, (job) => [currentTenant(), job.data]),
      "registered",
    );
    const data = { device: 1 };
    assert.equal(
      withTenant("acme", () => queue.add("scan", data)),
      1,
    );
    assert.deepEqual(await queue.next(), ["acme", data]);
    const [publish, process] = recorded.spans;
    assert.equal(publish?.name, "scans publish");
    assert.equal(publish.kind, SpanKind.PRODUCER);
    assert.equal(process?.name, "scans process");
    assert.equal(process.kind, SpanKind.CONSUMER);
    assert.equal(process.parentSpanContext?.spanId, publish.spanContext().spanId);
    assert.equal(process.attributes[attributes.messagingMessageId], "7");
    assert.equal(process.attributes[attributes.jobName], "scan");
    assert.equal(process.attributes[attributes.tenantId], "acme");
    assert.equal(await jobs({ queue: "scans", result: "completed", tenant_id: "acme" }), 1);
  });

  it("is given its caller's arguments as they are, where it takes no options", () => {
    const given: unknown[][] = [];
    const queue = instrument({ name: "scans", add: (...args: unknown[]) => void given.push(args) });
    const data = { device: 1 };
    const options = Object.freeze({ delay: 5 });
    queue.add("scan", data);
    assert.deepEqual(given[0], ["scan", data]);
    assert.equal(given[0]?.[1], data);
    queue.add("scan", data, options);
    assert.deepEqual(Object.keys(given[1]?.[2] as object), ["delay", "telemetry"]);
    assert.deepEqual(Object.keys(options), ["delay"]);
  });

  it("finds the context of a job by its data, within a process", async () => {
    let handler: ((job: Job) => unknown) | undefined;
    const pending: object[] = [];
    const queue = instrument({
      name: "scans",
      enqueue: (job: object) => void pending.push(job),
      process: (handle: (job: Job) => unknown) => void (handler = handle),
    });
    queue.process(() => currentTenant());
    withTenant("acme", () => queue.enqueue({ name: "scan" }));
    assert.equal(await handler?.(pending[0] as Job), "acme");
  });

  it("is named by the call where one manager has several", () => {
    const manager = instrument({ addJob: (...args: [queue: string, data: object]) => `id of ${args[0]}` });
    assert.equal(manager.addJob("plugins", { type: "plugin.load" }), "id of plugins");
    assert.equal(recorded.spans[0]?.name, "plugins publish");
  });

  it("passes on what publishing and processing return, throw and reject with", async () => {
    const error = new Error("full");
    const queue = instrument({
      name: "scans",
      add: () => {
        throw error;
      },
      process: (handler: (job: Job) => unknown) => handler,
    });
    assert.throws(
      () => queue.add(),
      (thrown) => thrown === error,
    );
    const handle = queue.process(async () => {
      throw error;
    }) as (job: Job) => Promise<unknown>;
    await assert.rejects(handle({ id: "1" }), (thrown) => thrown === error);
    assert.equal(
      recorded.spans.every(({ status }) => status.code === SpanStatusCode.ERROR),
      true,
    );
  });

  it("tells retries from jobs that are given up by the attempts that a job has", async () => {
    const queue = instrument(new StoredQueue());
    queue.process(1, () => {
      throw new Error("broken");
    });
    for (const attemptsMade of [0, 1]) {
      queue.add("scan", {}, { attempts: 2 });
      await assert.rejects(queue.next({ attemptsMade }));
    }
    queue.add("scan", {});
    await assert.rejects(queue.next());
    for (const result of ["retried", "dead", "failed"])
      assert.equal(await jobs({ result, outcome: "error" }), 1);
  });

  it("measures what a job waited, less its delay, on its first attempt", async () => {
    const queue = instrument(new StoredQueue());
    queue.process(1, () => 1);
    queue.add("scan", {}, { delay: 5_000 });
    await queue.next({ timestamp: Date.now() - 7_000 });
    queue.add("scan", {});
    await queue.next({ timestamp: Date.now() - 7_000, attemptsMade: 1 });
    const seconds = await recorded.sum("autoweave_queue_wait_seconds", { queue: "scans" });
    assert.ok(seconds >= 2 && seconds < 3, `${seconds} s`);
    assert.equal(await recorded.metric("autoweave_queue_wait_seconds", { queue: "scans" }), 1);
  });

  for (const prefix of ["", "job.", "job:"]) {
    it(`is measured by its events, where these are all it has (${prefix}completed)`, async () => {
      const manager = instrument(new EventEmitter());
      const job = { id: "1", name: "scan", queueName: "scans", attemptsMade: 1, opts: { attempts: 3 } };
      manager.emit(prefix === "" ? "active" : `${prefix}started`, job);
      manager.emit(`${prefix}completed`, job);
      manager.emit(`${prefix}failed`, { jobId: "2", queueName: "scans" }, new Error("broken"));
      assert.equal(await jobs({ queue: "scans", result: "completed" }), 1);
      assert.equal(await jobs({ queue: "scans", result: "failed" }), 1);
      assert.equal(await recorded.metric("autoweave_queue_job_duration_seconds", { queue: "scans" }), 1);
      assert.equal(recorded.span("scans process").attributes[attributes.messagingMessageId], "1");
      assert.equal(manager.eventNames().length, 0);
    });
  }

  it("survives events that are none", () => {
    const manager = instrument(new EventEmitter());
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error("hostile");
        },
        has: () => true,
      },
    );
    for (const job of [undefined, null, 1, "x", {}, { id: {} }, hostile]) {
      for (const event of ["active", "completed", "failed"]) manager.emit(event, job, job);
    }
  });

  it("takes jobs that cannot be read as it did before", async () => {
    const unreadable = new Proxy(
      {},
      {
        get() {
          throw new Error("hostile");
        },
      },
    );
    const seen: unknown[] = [];
    const queue = instrument({
      name: "scans",
      enqueue: (job: object) => seen.push(job),
      process: (handler: (job: unknown) => unknown) => handler,
    });
    queue.enqueue(unreadable);
    const handle = queue.process((job) => seen.push(job)) as (job: unknown) => number;
    assert.equal(handle(unreadable), 2);
    assert.ok(seen.every((job) => job === unreadable));
  });

  it("refuses options that cannot be meant", () => {
    assert.throws(() => instrumentQueueManager(new EventEmitter(), { relation: "child" as never }), {
      code: "AUTOWEAVE_INVALID_OPTIONS",
      message: /relation: 'child'; expected one of parent, link/,
    });
  });

  it("does what it did when it was undone, after having been instrumented twice", () => {
    const queue = new StoredQueue();
    instrument(queue);
    instrument(queue);
    queue.add("scan", {});
    assert.equal(recorded.spans.length, 1);
    for (const undo of undos) undo();
    queue.add("scan", {});
    assert.equal(recorded.spans.length, 1);
    assert.deepEqual(Object.keys(queue), ["name", "stored"]);
    assert.equal(Object.hasOwn(queue, "add"), false);
  });

  it("is the process's own tenant's when nothing names another", async () => {
    const queue = instrument(new StoredQueue());
    queue.process(1, () => currentTenant());
    queue.add("scan", {});
    assert.equal(await queue.next(), ownTenant);
  });

  it("is refused when it has nothing to instrument", () => {
    for (const target of [{}, { add: "no method" }, null as never, 42 as never]) {
      assert.throws(() => instrumentQueueManager(target), {
        code: "AUTOWEAVE_NOT_INSTRUMENTABLE",
        message: /BullMQ's Queue.*\n.*getQueueNames/,
      });
    }
  });
});
