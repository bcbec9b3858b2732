import assert from "node:assert/strict";
import { type App, type Ending, source, startApp } from "../support/app.ts";

/** A module that installs the hooks. What they do they say on stderr, in lines that begin with `#`. */
const hooks = (flush: string, timeoutMs: number) => `
  import { writeSync } from "node:fs";
  import { systemClock } from "${source}clock.ts";
  import { installProcessHooks } from "${source}process-hooks.ts";
  const say = (text: string) => writeSync(2, "#" + text + "\\n");
  /** Resolves by nothing that keeps a process alive. */
  const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms).unref());
  export const uninstall = installProcessHooks({
    async flush(timeoutMs, reason) {
      say("flush " + reason + " " + timeoutMs);
      ${flush}
      say("flushed");
    },
    flushSync: () => say("sync"),
    saveSync: () => say("saved"),
    timeoutMs: ${timeoutMs},
    clock: systemClock,
  });
`;

interface Trial {
  /** The app, from its second line on. */
  readonly app: string;
  /** What the flush does. Default: takes 50 ms. */
  readonly flush?: string;
  /** Default: 10,000. */
  readonly timeoutMs?: number;
  /** The hooks are installed after the app's own. */
  readonly last?: boolean;
  /** What happens to the app from outside. */
  readonly act?: (app: App) => Promise<void>;
  readonly args?: readonly string[];
}

interface Outcome extends Ending {
  /** What the hooks said. */
  readonly said: readonly string[];
}

async function run(trial: Trial, isHooked = true): Promise<Outcome> {
  const { app, flush = "await sleep(50);", timeoutMs = 10_000, last, act, args = [] } = trial;
  const importing = isHooked
    ? `import { uninstall } from "./hooks.ts";`
    : "const uninstall = () => undefined;";
  const code = last
    ? `import "node:process"; ${app}\n${isHooked ? 'await import("./hooks.ts");' : ""}\n${readyWhenAsked}`
    : `${importing} void uninstall;\n${app}\n${readyWhenAsked}`;
  const started = await startApp(code, { modules: { "hooks.ts": hooks(flush, timeoutMs) }, args });
  started.read();
  await act?.(started);
  const { stderr, ...ending } = await started.ended;
  const lines = stderr.replaceAll(/app-\w{6}|node:\d{2,}/g, "…").split("\n");
  return {
    ...ending,
    stderr: lines.filter((line) => !line.startsWith("#")).join("\n"),
    said: lines.filter((line) => line.startsWith("#") && line !== ready).map((line) => line.slice(1)),
  };
}

const ready = "#ready";
const readyWhenAsked = `if (typeof stayAlive !== "undefined") process.stderr.write("${ready}\\n");`;
/** To be a part of an app that waits for what comes. */
const stays = "const stayAlive = setInterval(() => undefined, 1000);";

const send =
  (...signals: NodeJS.Signals[]) =>
  async (app: App): Promise<void> => {
    await app.says(ready);
    for (const signal of signals) {
      app.process.kill(signal);
      if (signal !== signals.at(-1)) await app.says("#flush");
    }
  };

const howItEnded = ({ code, signal, stdout }: Ending) => ({ code, signal, stdout });

/** What Node writes of an error, without the place in the source that it shows first. */
const errorText = (stderr: string) => stderr.replace(/^\s*\S+:\d+\n(.*\n *\^+ *\n)?\s*/, "");

/** Asserts that an app ends as it would without the hooks, and answers with what they said. */
async function endsTheSame(trial: Trial): Promise<Outcome> {
  const [without, hooked] = await Promise.all([run(trial, false), run(trial)]);
  assert.deepEqual(howItEnded(hooked), howItEnded(without));
  assert.equal(errorText(hooked.stderr), errorText(without.stderr));
  return hooked;
}

/** Both orders in which an app and the SDK may come to listen. */
const orders = [
  { order: "before the hooks", last: true },
  { order: "after the hooks", last: false },
];

describe("process hooks", () => {
  describe("at a signal", () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      it(`flush, and let the process end by it: ${signal}`, async () => {
        const { said, ...ending } = await endsTheSame({ app: stays, act: send(signal) });
        assert.equal(ending.signal, signal);
        assert.deepEqual(said, [`flush ${signal} 10000`, "flushed", "sync", "saved"]);
      });
    }

    it("wait for the flush no longer than they may", async () => {
      const trial = { app: stays, act: send("SIGTERM"), flush: "await sleep(60_000);", timeoutMs: 100 };
      const { said, signal } = await run(trial);
      assert.deepEqual([signal, said], ["SIGTERM", ["flush SIGTERM 100", "sync", "saved"]]);
    });

    it("end the wait when another one comes", async () => {
      const trial = { app: stays, act: send("SIGTERM", "SIGINT"), flush: "await sleep(60_000);" };
      const { said, signal } = await run(trial);
      assert.deepEqual([signal, said], ["SIGTERM", ["flush SIGTERM 10000", "saved"]]);
    });

    it("let the process end by it though the flush fails", async () => {
      const trial = { app: stays, act: send("SIGTERM"), flush: 'throw new Error("no backend");' };
      const { stderr, signal } = await run(trial);
      assert.equal(signal, "SIGTERM");
      assert.match(stderr, /the flush at SIGTERM failed: Error: no backend/);
    });

    for (const { order, last } of orders) {
      it(`leave the end to an app that came to listen ${order}`, async () => {
        const app = `${stays} process.on("SIGTERM", () => setTimeout(() => process.exit(4), 100));`;
        const { said, code } = await endsTheSame({ app, last, act: send("SIGTERM") });
        assert.equal(code, 4);
        assert.deepEqual(said, ["flush SIGTERM 10000", "flushed", "sync", "saved"]);
      });

      it(`leave the end to an app that came to listen ${order}, for one signal only`, async () => {
        const app = `${stays} process.once("SIGTERM", () => setTimeout(() => process.exit(4), 100));`;
        assert.equal((await endsTheSame({ app, last, act: send("SIGTERM") })).code, 4);
      });

      it(`save what they can when an app that came to listen ${order} exits at once`, async () => {
        const app = `${stays} process.on("SIGTERM", () => process.exit(5));`;
        const { said, code } = await endsTheSame({ app, last, act: send("SIGTERM") });
        assert.equal(code, 5);
        assert.equal(said.at(-1), "saved");
      });
    }

    it("leave the end to an app that listens first and for one signal only", async () => {
      const app = `${stays} process.prependOnceListener("SIGTERM", () => setTimeout(() => process.exit(4), 200));`;
      assert.equal((await endsTheSame({ app, act: send("SIGTERM") })).code, 4);
    });

    it("keep a process alive that its app keeps alive", async () => {
      const app = `${stays} process.once("SIGTERM", () => { console.log("goes on"); clearInterval(stayAlive); });`;
      const { said, ...ending } = await endsTheSame({ app, act: send("SIGTERM") });
      assert.deepEqual(howItEnded(ending), { code: 0, signal: null, stdout: "goes on\n" });
      assert.ok(said.includes("flushed"));
    });

    for (const [version, emitter] of [
      ["3", "process.__signal_exit_emitter__"],
      ["4", 'globalThis[Symbol.for("signal-exit emitter")]'],
    ]) {
      it(`let listeners do their work that end the process if they are alone, as signal-exit ${version} has them`, async () => {
        const app = `${stays} ${emitter} = { count: 1 };
          process.on("SIGTERM", function listener() {
            if (process.listeners("SIGTERM").length !== ${emitter}.count) return;
            process.off("SIGTERM", listener);
            console.log("cleaned up");
            process.kill(process.pid, "SIGTERM");
          });`;
        const { said, signal } = await endsTheSame({ app, act: send("SIGTERM") });
        assert.equal(signal, "SIGTERM");
        assert.ok(said.includes("flushed"));
      });
    }
  });

  describe("when the app has nothing left to do", () => {
    it("flush, keeping the process alive meanwhile, and leave its exit code", async () => {
      const { said, code } = await endsTheSame({ app: 'process.exitCode = 3; console.log("done");' });
      assert.equal(code, 3);
      assert.deepEqual(said.slice(0, 3), ["flush beforeExit 10000", "flushed", "sync"]);
    });

    it("flush once more after what the app does upon beforeExit, and not for ever", async () => {
      const app = 'process.once("beforeExit", () => setTimeout(() => console.log("last words"), 100));';
      const { said } = await endsTheSame({ app });
      assert.equal(said.filter((line) => line.startsWith("flush beforeExit")).length, 2);
    });

    it("save what they can when the app exits by itself", async () => {
      const { said, code } = await endsTheSame({ app: `${stays} setTimeout(() => process.exit(6), 10);` });
      assert.deepEqual([code, said], [6, ["saved"]]);
    });
  });

  describe("at an error that nobody handles", () => {
    const errors: Record<string, string> = {
      "thrown while the app starts": 'throw new Error("at start");',
      "thrown later": `${stays} setTimeout(() => { throw Object.assign(new TypeError("later"), { code: "E_X" }); });`,
      "with a cause": 'setTimeout(() => { throw new Error("outer", { cause: new Error("inner") }); });',
      "that is a text": 'setTimeout(() => { throw "a text"; });',
      "that is nothing": "setTimeout(() => { throw undefined; });",
      "of an emitter": 'setTimeout(() => process.emit("error", new Error("emitted")));',
      "of an assertion": 'import assert from "node:assert"; setTimeout(() => assert.equal(1, 2));',
      rejected: 'Promise.reject(new Error("rejected"));',
      "rejected with a text": `${stays} setTimeout(() => void Promise.reject("a text"));`,
      "of a module that is none": 'import("data:text/javascript,let a =;");',
    };
    for (const [name, app] of Object.entries(errors)) {
      it(`flush, and let Node end the process with it: ${name}`, async () => {
        const { said, code } = await endsTheSame({ app });
        assert.equal(code, 1);
        assert.deepEqual(said, ["sync", "flush uncaughtException 10000", "flushed", "sync", "saved"]);
      });
    }

    it("tell the app's own monitors and exit handlers of it once, as Node does", async () => {
      const app = `
        process.on("uncaughtExceptionMonitor", (error, origin) => console.log("monitor", error.message, origin));
        process.on("exit", (code) => console.log("exit", code));
        console.log(process.listenerCount("uncaughtException"));
        setTimeout(() => { throw new Error("told"); });`;
      const { stdout } = await endsTheSame({ app });
      assert.equal(stdout, "0\nmonitor told uncaughtException\nexit 1\n");
    });

    it("end the wait when another one comes, and tell of the first", async () => {
      const app =
        'setTimeout(() => { throw new Error("first"); }); setTimeout(() => { throw new Error("second"); }, 100);';
      const { stderr, code } = await run({ app, flush: "await sleep(60_000);" });
      assert.equal(code, 1);
      assert.match(stderr, /Error: first/);
      assert.doesNotMatch(stderr, /Error: second/);
    });

    it("end the wait when a signal comes", async () => {
      const app = `${stays} setTimeout(() => { throw new Error("first"); });`;
      const act = async (child: App) => {
        await child.says("#flush uncaughtException");
        child.process.kill("SIGTERM");
      };
      const { stderr, code } = await run({ app, act, flush: "await sleep(60_000);" });
      assert.equal(code, 1);
      assert.match(stderr, /Error: first/);
    });

    it("let it count though the app exits with success meanwhile", async () => {
      const app = 'setTimeout(() => { throw new Error("first"); }); setTimeout(() => process.exit(0), 100);';
      const { stderr, code } = await run({ app, flush: "await sleep(60_000);" });
      assert.equal(code, 1);
      assert.match(stderr, /Error: first\n {4}at /);
    });
  });

  describe("at an error that the app handles", () => {
    const late = 'setTimeout(() => { throw new Error("late"); }, 20);';
    const handlers: Record<string, string> = {
      "and goes on": 'process.on("uncaughtException", (error) => console.log("handled", error.message));',
      "and goes on, once":
        'process.once("uncaughtException", (error) => console.log("handled", error.message));',
      "and exits": 'process.on("uncaughtException", () => process.exit(8));',
      "and fails at it": 'process.on("uncaughtException", () => { throw new Error("worse"); });',
      "by a callback":
        'process.setUncaughtExceptionCaptureCallback((error) => console.log("captured", error.message));',
      "as a rejection":
        'process.on("unhandledRejection", (error) => console.log("rejected", error.message)); void Promise.reject(new Error("x"));',
    };
    for (const [name, handler] of Object.entries(handlers)) {
      it(`leave all to the app that handles it ${name}`, async () => {
        const app = name === "as a rejection" ? handler : `${handler} ${late}`;
        const { said } = await endsTheSame({ app });
        assert.ok(said.includes("sync"));
      });
    }

    for (const mode of ["warn", "none"]) {
      it(`leave a rejection to what Node was told to do with it: ${mode}`, async () => {
        await endsTheSame({
          app: 'void Promise.reject(new Error("rejected")); setTimeout(() => console.log("alive"), 100);',
          args: [`--unhandled-rejections=${mode}`],
        });
      });
    }
  });

  describe("in a worker thread", () => {
    const inWorker = (code: string) => `
      import { isMainThread, Worker } from "node:worker_threads";
      if (isMainThread) {
        uninstall();
        const worker = new Worker(new URL(import.meta.url));
        worker.on("error", (error) => console.log("failed", error.message));
        worker.on("exit", (code) => console.log("ended", code));
      } else { ${code} }`;

    it("flush when it has nothing left to do", async () => {
      const { said, stdout } = await endsTheSame({ app: inWorker("setTimeout(() => undefined, 10);") });
      assert.equal(stdout, "ended 0\n");
      assert.deepEqual(said.slice(0, 2), ["flush beforeExit 10000", "flushed"]);
    });

    it("flush before an error ends it", async () => {
      const { said, stdout } = await endsTheSame({
        app: inWorker('setTimeout(() => { throw new Error("in the worker"); }, 10);'),
      });
      assert.equal(stdout, "failed in the worker\nended 1\n");
      assert.deepEqual(said.slice(0, 3), ["sync", "flush uncaughtException 10000", "flushed"]);
    });

    it("save what they can when it exits", async () => {
      const { said, stdout } = await endsTheSame({ app: inWorker("process.exit(2);") });
      assert.equal(stdout, "ended 2\n");
      assert.deepEqual(said, ["saved"]);
    });
  });

  it("leave nothing behind when they are taken out", async () => {
    const app = `
      uninstall();
      for (const name of process.eventNames()) console.log(name, process.listenerCount(name));
      ${stays}`;
    const { said, signal } = await endsTheSame({ app, act: send("SIGTERM") });
    assert.deepEqual([signal, said], ["SIGTERM", []]);
  });
});
