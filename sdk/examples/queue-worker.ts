import { getGlobalTracer, getLogger, initializeObservability, withTenant } from "@autoweave/observability";
import { Queue, Worker } from "bullmq";

const observability = initializeObservability({ serviceName: "scanner", tenantId: "shared" });
await observability.initialize();

const connection = { url: process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379" };
const queue = new Queue<{ device: string }>("scans", { connection });
const worker = new Worker<{ device: string }>(
  "scans",
  async (job) => {
    // The tenant and the trace are those of whoever added the job.
    getLogger().info({ device: job.data.device }, "scanned");
  },
  { connection },
);
observability.instrumentQueueManager(queue);
observability.instrumentQueueManager(worker);

const completed = new Promise((resolve) => worker.once("completed", resolve));
await withTenant("acme", () =>
  getGlobalTracer().withSpan("order a scan", () => queue.add("scan", { device: "scale" })),
);
await completed;

await worker.close();
await queue.close();
await observability.shutdown();
