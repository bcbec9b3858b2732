import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";
import { answer } from "./messages.ts";

/** A process that does nothing: its event loop's delay is the machine's own. */
if (isMainThread && process.send) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  answer<"idle">({
    measure() {
      delay.reset();
      return null;
    },
    measured: () => ({ eventLoopP99Ms: delay.percentile(99) / 1e6 }),
  });
}
