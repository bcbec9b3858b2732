import { writeSync } from "node:fs";
import { inspect } from "node:util";

/** What Node tells of an uncaught error. */
interface Crash {
  readonly error: unknown;
  readonly origin: NodeJS.UncaughtExceptionOrigin;
}

export interface CrashHook {
  /** Whether an error waits for the flush to end. */
  readonly isPending: boolean;
  /** Lets Node go on with the error that waits. */
  end(): void;
  remove(): void;
}

/**
 * At an uncaught error, or a rejection that nobody handles, calls `flushSync` and `flush`, neither of which throws. Where
 * the error would end the process, it is held back from Node until `flush` has resolved.
 */
export function hookCrashes(flush: () => Promise<void>, flushSync: () => void): CrashHook {
  let crash: Crash | undefined;
  let isFlushing = false;

  // Its listeners hear of an error first and change nothing: seen from the app there is no listener more.
  function monitor(error: unknown, origin: NodeJS.UncaughtExceptionOrigin): void {
    if (crash) return;
    flushSync();
    if (isHandledByApp()) {
      if (!isFlushing) void flushOnce();
      return;
    }
    crash = { error, origin };
    process.on("uncaughtException", hold);
    void flushOnce().then(end);
  }

  async function flushOnce(): Promise<void> {
    isFlushing = true;
    await flush();
    isFlushing = false;
  }

  /** Called for the first error, and for others that come while it waits: these end the wait. */
  function hold(error: unknown): void {
    if (error !== crash?.error) end();
  }

  function end(): void {
    if (!crash) return;
    const { error, origin } = crash;
    crash = undefined;
    process.off("uncaughtException", hold);
    // All of them know already.
    process.removeAllListeners("uncaughtExceptionMonitor");
    // Thrown like this, Node takes the error's place in the source from the error itself, not from here.
    if (origin === "unhandledRejection") void Promise.reject(error);
    else {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  /** The app has called `process.exit()` while the error waited. */
  function onExit(): void {
    if (!crash) return;
    process.exitCode = 1;
    writeSync(2, `${inspect(crash.error)}\n`);
  }

  process.on("uncaughtExceptionMonitor", monitor);
  process.on("exit", onExit);
  return {
    get isPending() {
      return crash !== undefined;
    },
    end,
    remove() {
      process.off("uncaughtExceptionMonitor", monitor);
      process.off("exit", onExit);
    },
  };
}

const isHandledByApp = () =>
  process.listenerCount("uncaughtException") > 0 || process.hasUncaughtExceptionCaptureCallback();
