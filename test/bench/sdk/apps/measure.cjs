/** What every app of the bench does: says when it is up, and what its work costs between `start` and `stop`. */
const { monitorEventLoopDelay, PerformanceObserver } = require("node:perf_hooks");

let operations = 0;
exports.done = () => {
  operations += 1;
};

let collections = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) collections += duration;
}).observe({ entryTypes: ["gc"] });

const delay = monitorEventLoopDelay({ resolution: 10 });
let begun;

const commands = {
  start() {
    operations = 0;
    collections = 0;
    delay.reset();
    delay.enable();
    begun = { cpu: process.cpuUsage(), time: process.hrtime.bigint() };
  },
  stop() {
    const { user, system } = process.cpuUsage(begun.cpu);
    const seconds = Number(process.hrtime.bigint() - begun.time) / 1e9;
    delay.disable();
    const sample = {
      operations,
      seconds,
      cpuMicroseconds: user + system,
      eventLoopP99Ms: delay.percentile(99) / 1e6,
      gcMs: collections,
    };
    global.gc();
    global.gc();
    process.send({ ...sample, rssBytes: process.memoryUsage.rss() });
  },
  steady: () => {},
};
process.on("message", (command) => commands[command]());

/** Tells the bench that the app can be used; `port` where it listens. */
exports.ready = (port) =>
  process.send({ ready: true, port, startMs: performance.now(), rssBytes: process.memoryUsage.rss() });

/** Calls `operation` at a rate, as close to even as timers allow: at the warm-up's first, at the workload's after `steady`. */
exports.repeat = (operation) => {
  let count = 0;
  const repeatAt = (ratePerSecond) => {
    const began = performance.now();
    let done = 0;
    return setInterval(() => {
      const due = ((performance.now() - began) / 1000) * ratePerSecond;
      for (; done < due; done += 1) operation(count++);
    }, 5);
  };
  const warmUp = repeatAt(Number(process.env.BENCH_WARM_UP_RATE));
  commands.steady = () => {
    clearInterval(warmUp);
    repeatAt(Number(process.env.BENCH_RATE));
  };
};
