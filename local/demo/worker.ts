import { getLogger, getMetrics, initializeObservability } from "@autoweave/observability";
import { Worker } from "bullmq";
import { Pool } from "pg";
import { type Memo, memoQueue } from "./memos.ts";
import { MemorySystem } from "./memory-system.ts";
import manifest from "./package.json" with { type: "json" };
import { required } from "./settings.ts";

// Telemetry first. What else is to be said of it, such as where it goes, stands in the environment.
const observability = initializeObservability({
  serviceName: "autoweave-worker",
  serviceVersion: manifest.version,
});
const log = getLogger().child({ component: "memory" });

const database = new Pool({ connectionString: required("DATABASE_URL"), max: 5 });
database.on("error", (err) => log.error({ err }, "a connection to the database is lost"));
const memory = new MemorySystem(database);
observability.instrumentMemorySystem(memory);
observability.addHealthCheck("database", async () => void (await database.query("select 1")));

const worker = new Worker<Memo>(memoQueue, ({ data }) => remember(data), {
  connection: { url: required("REDIS_URL") },
  concurrency: 5,
  autorun: false,
});
worker.on("failed", (job, err) =>
  log.error({ err, job: job?.id, attempt: job?.attemptsMade }, "not remembered"),
);
worker.on("error", (err) => log.error({ err }, "the queue cannot be reached"));
observability.instrumentQueueManager(worker);
observability.addHealthCheck("queue", () => worker.isRunning() || "not working yet");

await observability.initialize();
await memory.prepare();
void worker.run();
log.info("working");

process.once("SIGTERM", () => {
  // What is being worked on is finished first.
  observability.drain();
  void worker
    .close()
    .then(() => database.end())
    .then(() => observability.shutdown());
});

/** So many memories of a tenant are kept. */
const kept = 200;

/** Brings what is known up to date, or adds what is not; the oldest is forgotten for it. */
async function remember({ tenantId, text }: Memo): Promise<void> {
  const startedMs = performance.now();
  const record = (success: boolean) =>
    getMetrics().recordBusinessOperation("remembering", tenantId, {
      success,
      durationMs: performance.now() - startedMs,
    });
  try {
    const [known] = await memory.search(text, tenantId);
    if (known) {
      await memory.update(known.id, text);
    } else {
      await memory.add(text, tenantId);
      for (const { id } of await memory.surplus(tenantId, kept)) await memory.delete(id);
    }
    record(true);
    log.info({ known: known !== undefined }, "remembered");
  } catch (error) {
    record(false);
    throw error;
  }
}
