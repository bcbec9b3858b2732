/** A queue in memory whose jobs are worked on one after the other. */
const { EventEmitter } = require("node:events");
const { done, ready, repeat } = require("./measure.cjs");
const telemetry = require("./telemetry.cjs");

class JobQueue extends EventEmitter {
  name = "automations";
  #jobs = [];
  #handler;

  add(name, data) {
    const job = { id: String(Math.random()).slice(2), name, data, timestamp: Date.now() };
    this.#jobs.push(job);
    setImmediate(() => this.#work());
    return job;
  }

  process(handler) {
    this.#handler = handler;
  }

  async #work() {
    const job = this.#jobs.shift();
    if (job) await this.#handler(job);
  }
}

telemetry.start().then((manager) => {
  const queue = new JobQueue();
  manager?.instrumentQueueManager(queue);
  const attributes = ({ id }) => ({
    "messaging.destination.name": queue.name,
    "messaging.message.id": id ?? "",
  });
  const labels = () => ({ queue: queue.name });
  queue.process(
    telemetry.byHand({
      name: "automations process",
      attributes,
      labels,
      message: "job done",
      async handle(job) {
        await undefined;
        JSON.stringify(job.data);
        done();
      },
    }),
  );
  const add = telemetry.byHand({
    name: "automations publish",
    attributes,
    labels,
    message: "job added",
    handle: (data) => queue.add("scan", data),
  });
  ready();
  repeat((count) => void add({ device: count, steps: ["open", "read", "close"] }));
});
