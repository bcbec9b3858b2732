import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { currentTenant, withTenant } from "../../src/context/tenant.ts";
import { createBullMQTelemetry } from "../../src/instrument/queue/bullmq-telemetry.ts";
import { instrumentQueueManager } from "../../src/instrument/queue/queue.ts";
import type { Undo } from "../../src/instrument/wrap.ts";
import { attributes } from "../../src/names/index.ts";
import { load } from "../support/ecosystem.ts";
import { ownTenant, recordTelemetry, type RecordedTelemetry } from "../support/recorded-telemetry.ts";
import { type Redis, startRedis } from "../support/redis.ts";

/** As much of BullMQ as is used here. */
interface BullMQ {
  Queue: new (name: string, options: object) => Queue;
  Worker: new (name: string, processor: (job: Job) => unknown, options: object) => Worker;
  FlowProducer: new (options: object) => FlowProducer;
  UnrecoverableError: new (message: string) => Error;
}
interface Queue {
  add(name: string, data: unknown, options?: object): Promise<Job>;
  addBulk(jobs: object[]): Promise<Job[]>;
  getJob(id: string): Promise<Job | undefined>;
  opts: { telemetry?: unknown };
  close(): Promise<void>;
}
interface Worker extends EventEmitter {
  run(): Promise<void>;
  close(): Promise<void>;
}
interface FlowProducer {
  add(flow: object): Promise<unknown>;
  close(): Promise<void>;
}
interface Job {
  id: string;
  name: string;
  data: unknown;
  opts: { telemetry?: { metadata?: string } };
  attemptsMade: number;
}

describe("queues", function () {
  this.timeout(120_000);
  let redis: Redis;

  before(async () => {
    redis = await startRedis();
  });

  after(() => redis.stop());

  for (const version of ["bullmq", "bullmq5"] as const) {
    describe(`of ${version === "bullmq" ? "BullMQ 6" : "BullMQ 5"}`, () => {
      let bullmq: BullMQ;
      let recorded: RecordedTelemetry;
      let queue: Queue;
      let name: string;
      let runs = 0;
      let closing: { close(): Promise<void> }[];
      let undos: Undo[];

      before(async () => {
        bullmq = await load<BullMQ>(version);
      });

      beforeEach(() => {
        recorded = recordTelemetry();
        name = `devices-${version}-${++runs}`;
        queue = new bullmq.Queue(name, { connection: redis.connection });
        closing = [queue];
        undos = [];
      });

      afterEach(async () => {
        for (const undo of undos) undo();
        await Promise.all(closing.map((one) => one.close()));
        await recorded.stop();
      });

      const instrument = (target: object, options?: Parameters<typeof instrumentQueueManager>[1]) =>
        undos.push(instrumentQueueManager(target, options));

      function work(processor: (job: Job) => unknown, options: object = {}): Worker {
        const worker = new bullmq.Worker(name, processor, { connection: redis.connection, ...options });
        closing.unshift(worker);
        return worker;
      }

      /** The attempts that have ended, as the worker tells of them. */
      async function attempts(worker: Worker, count: number): Promise<void> {
        let seen = 0;
        await new Promise<void>((resolve) => {
          for (const event of ["completed", "failed"]) worker.on(event, () => ++seen === count && resolve());
        });
      }

      it("make one trace of a job: from what published it to what it does, for the same tenant", async () => {
        const worker = work(async () => ({
          tenant: currentTenant(),
          span: trace.getActiveSpan()?.spanContext(),
        }));
        instrument(queue);
        instrument(worker);
        const completed = once(worker, "completed");
        const job = await withTenant("acme", () => queue.add("scan", { secret: "contents" }));
        const [, result] = (await completed) as [Job, { tenant: string; span: { spanId: string } }];
        await recorded.ended(2);
        const publish = recorded.span(`${name} publish`);
        const process = recorded.span(`${name} process`);
        assert.equal(publish.kind, SpanKind.PRODUCER);
        assert.equal(process.kind, SpanKind.CONSUMER);
        assert.equal(process.parentSpanContext?.spanId, publish.spanContext().spanId);
        assert.deepEqual(publish.attributes, {
          "messaging.system": "bullmq",
          "messaging.operation.type": "send",
          "messaging.operation.name": "publish",
          "messaging.destination.name": name,
          "messaging.message.id": job.id,
          "autoweave.job.name": "scan",
          "tenant.id": "acme",
        });
        assert.deepEqual(process.attributes, {
          "messaging.system": "bullmq",
          "messaging.operation.type": "process",
          "messaging.operation.name": "process",
          "messaging.destination.name": name,
          "messaging.message.id": job.id,
          "autoweave.job.name": "scan",
          "autoweave.job.attempt": 1,
          "tenant.id": "acme",
        });
        assert.equal(result.tenant, "acme");
        assert.equal(result.span.spanId, process.spanContext().spanId);
      });

      it("count and measure jobs, and how long they waited beyond the delay that they asked for", async () => {
        const worker = work(() => new Promise((resolve) => setTimeout(resolve, 20)));
        instrument(queue);
        instrument(worker);
        const completed = once(worker, "completed");
        await withTenant("acme", () => queue.add("scan", {}, { delay: 300 }));
        await completed;
        const labels = { queue: name, tenant_id: "acme" };
        assert.equal(
          await recorded.metric("autoweave_queue_jobs_total", {
            ...labels,
            outcome: "success",
            result: "completed",
          }),
          1,
        );
        assert.equal(await recorded.metric("autoweave_queue_job_duration_seconds", labels), 1);
        assert.equal(await recorded.metric("autoweave_queue_wait_seconds", labels), 1);
        assert.ok((await recorded.sum("autoweave_queue_wait_seconds", labels)) < 0.3);
        assert.ok((await recorded.sum("autoweave_queue_job_duration_seconds", labels)) >= 0.019);
      });

      it("tell retries from jobs that are given up, and these from jobs that are tried once only", async () => {
        const worker = work((job) => {
          throw job.name === "hopeless" ? new bullmq.UnrecoverableError("hopeless") : new Error("broken");
        });
        instrument(queue);
        instrument(worker);
        const ended = attempts(worker, 5);
        await queue.add("thrice", {}, { attempts: 3 });
        await queue.add("once", {});
        await queue.add("hopeless", {}, { attempts: 3 });
        await ended;
        const count = (result: string) =>
          recorded.metric("autoweave_queue_jobs_total", { queue: name, outcome: "error", result });
        assert.deepEqual([await count("retried"), await count("dead"), await count("failed")], [2, 2, 1]);
        assert.equal(await recorded.metric("autoweave_queue_wait_seconds", { queue: name }), 3);
        await recorded.ended(3 + 5);
        const attemptsOf = recorded.spans.filter(
          (span) => span.name.endsWith("process") && span.attributes[attributes.jobName] === "thrice",
        );
        assert.deepEqual(
          attemptsOf.map((span) => span.attributes[attributes.jobAttempt]),
          [1, 2, 3],
        );
        assert.equal(new Set(attemptsOf.map((span) => span.parentSpanContext?.spanId)).size, 1);
        for (const span of attemptsOf) {
          assert.equal(span.status.code, SpanStatusCode.ERROR);
          assert.equal(span.events[0]?.attributes?.["exception.message"], "broken");
        }
      });

      it("give the processing a trace of its own that leads to the publishing, if asked to", async () => {
        const worker = work(() => currentTenant());
        instrument(queue);
        instrument(worker, { relation: "link" });
        const completed = once(worker, "completed");
        await withTenant("acme", () => queue.add("scan", {}));
        assert.equal((await completed)[1], "acme");
        await recorded.ended(2);
        const publish = recorded.span(`${name} publish`).spanContext();
        const process = recorded.span(`${name} process`);
        assert.equal(process.parentSpanContext, undefined);
        assert.notEqual(process.spanContext().traceId, publish.traceId);
        assert.equal(process.links[0]?.context.spanId, publish.spanId);
      });

      it("carry the context of jobs in bulk and of flows", async () => {
        const worker = work(() => currentTenant());
        const flows = new bullmq.FlowProducer({ connection: redis.connection });
        closing.push(flows);
        for (const target of [queue, worker, flows]) instrument(target);
        const ended = attempts(worker, 4);
        await withTenant("acme", () =>
          queue.addBulk([
            { name: "one", data: {} },
            { name: "two", data: {} },
          ]),
        );
        await withTenant("acme", () =>
          flows.add({ name: "parent", queueName: name, children: [{ name: "child", queueName: name }] }),
        );
        await ended;
        assert.equal(
          await recorded.metric("autoweave_queue_jobs_total", { queue: name, tenant_id: "acme" }),
          4,
        );
        await recorded.ended(3 + 4);
        const bulk = recorded.spans.find((span) => span.attributes[attributes.messagingBatchCount] === 2);
        assert.equal(bulk?.name, `${name} publish`);
      });

      it("understand jobs that another service has published with OpenTelemetry", async () => {
        const worker = work(() => currentTenant());
        instrument(worker);
        const completed = once(worker, "completed");
        const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        const metadata = JSON.stringify({ traceparent, baggage: "tenant.id=acme" });
        await queue.add("scan", {}, { telemetry: { metadata } });
        assert.equal((await completed)[1], "acme");
        await recorded.ended(1);
        assert.equal(recorded.span(`${name} process`).parentSpanContext?.spanId, "b7ad6b7169203331");
      });

      it("work on jobs whose context is nonsense as on those without", async () => {
        const worker = work(() => currentTenant());
        instrument(worker);
        const ended = attempts(worker, 3);
        for (const metadata of ["{", "null", '{"traceparent":1,"baggage":["x"]}']) {
          await queue.add("scan", {}, { telemetry: { metadata } });
        }
        await ended;
        assert.equal(
          await recorded.metric("autoweave_queue_jobs_total", {
            queue: name,
            tenant_id: ownTenant,
            result: "completed",
          }),
          3,
        );
      });

      it("tell how deep they are", async () => {
        await queue.add("now", {});
        await queue.add("soon", {}, { priority: 1 });
        await queue.add("later", {}, { delay: 60_000 });
        instrument(queue);
        const depth = (state: string) => recorded.metric("autoweave_queue_depth", { queue: name, state });
        while ((await depth("delayed")) === 0) await new Promise(setImmediate);
        assert.deepEqual([await depth("waiting"), await depth("active"), await depth("delayed")], [2, 0, 1]);
      });

      it("keep the telemetry that the app has given them", async () => {
        const own = createBullMQTelemetry({ relation: "link" });
        const worker = work(() => 1, { telemetry: own });
        instrument(queue);
        instrument(worker);
        const completed = once(worker, "completed");
        await queue.add("scan", {});
        await completed;
        await recorded.ended(2);
        assert.equal(recorded.span(`${name} process`).links.length, 1);
        assert.equal(await recorded.metric("autoweave_queue_jobs_total", { queue: name }), 1);
      });

      it("are all reached through a manager of them, also those that it makes later, once each", async () => {
        class Manager extends EventEmitter {
          readonly queues = new Map<string, Queue>();
          getQueueNames() {
            return [...this.queues.keys()];
          }
          getQueue(name: string) {
            return this.queues.get(name);
          }
          addJob(queueName: string, data: object, options?: object) {
            return this.queues.get(queueName)?.add("job", data, options);
          }
        }
        const manager = new Manager();
        instrument(manager);
        manager.queues.set(name, queue);
        manager.emit("queue:created", { queueName: name });
        const worker = work(() => currentTenant());
        instrument(worker);
        const completed = once(worker, "completed");
        await withTenant("acme", () => manager.addJob(name, {}));
        assert.equal((await completed)[1], "acme");
        await recorded.ended(2);
        await new Promise(setImmediate);
        assert.equal(recorded.spans.length, 2);
        assert.equal(await recorded.metric("autoweave_queue_jobs_total", { queue: name }), 1);
      });

      it("are as they were when it was undone", async () => {
        const worker = work(() => 1);
        const before = {
          queue: Object.keys(queue),
          worker: Object.keys(worker),
          opts: Object.keys(queue.opts),
        };
        instrument(queue);
        instrument(worker);
        for (const undo of undos.splice(0)) undo();
        const completed = once(worker, "completed");
        const job = await queue.add("scan", {});
        await completed;
        assert.equal(recorded.spans.length, 0);
        assert.equal(await recorded.metric("autoweave_queue_jobs_total", { queue: name }), 0);
        assert.equal(job.opts.telemetry, undefined);
        assert.equal(Object.hasOwn(queue, "trace"), false);
        assert.equal(Object.hasOwn(worker, "emit"), false);
        assert.deepEqual(Object.keys(queue.opts), before.opts);
      });
    });
  }
});
