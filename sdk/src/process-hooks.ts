import { isMainThread } from "node:worker_threads";
import type { Clock } from "./clock.ts";
import { warnOnce } from "./diagnostics.ts";
import { boundedText } from "./otlp/plain.ts";
import { hookCrashes } from "./ending/crash.ts";
import { type EndingSignal, hookSignals } from "./ending/signals.ts";

/** Why the process may be about to end. */
export type FlushReason = EndingSignal | "beforeExit" | "uncaughtException";

export interface ProcessHooksOptions {
  /** Sends what waits, in `timeoutMs` at most. */
  flush(timeoutMs: number, reason: FlushReason): Promise<void>;
  /** Hands on what can be handed on without waiting. */
  flushSync(): void;
  /** The same, and takes to disk what is not sent, for the process ends now. */
  saveSync(): void;
  /** How long an end may be put off, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** One for what there is when the app has nothing left to do, and one for what it does upon `beforeExit` itself. */
const flushesBeforeExit = 2;

/**
 * Flushes when the process is about to end, and then lets it end as it would have: by the same signal, with the same exit
 * code, with the same error on stderr. (Of an error that was not thrown where it was made, Node's excerpt of the source
 * shows the latter.) A second signal, or a second error, ends the wait.
 *
 * What the app does itself goes before: where it listens for a signal or for uncaught exceptions, there is a flush, and the
 * end is left to the app. In a worker thread all but the signals holds.
 *
 * Returns how to take the hooks out.
 */
export function installProcessHooks(options: ProcessHooksOptions): () => void {
  const { flush, timeoutMs, clock } = options;
  let beforeExits = 0;

  async function flushInTime(reason: FlushReason): Promise<void> {
    const keepAlive = setInterval(() => undefined, 2 ** 30);
    let cancel: (() => void) | undefined;
    try {
      const deadline = new Promise<void>((resolve) => (cancel = clock.after(timeoutMs, resolve)));
      await Promise.race([flush(timeoutMs, reason), deadline]);
    } catch (error) {
      warnOnce("flush", `the flush at ${reason} failed: ${boundedText(error)}`);
    }
    cancel?.();
    clearInterval(keepAlive);
    flushSync();
  }

  const flushSync = () => guarded(() => options.flushSync());
  const saveSync = () => guarded(() => options.saveSync());

  function onBeforeExit(): void {
    if (++beforeExits <= flushesBeforeExit) void flushInTime("beforeExit");
  }

  const crash = hookCrashes(() => flushInTime("uncaughtException"), flushSync);
  const removeSignals = isMainThread ? hookSignals(flushInTime, saveSync, crash) : undefined;
  process.on("beforeExit", onBeforeExit);
  process.on("exit", saveSync);
  return () => {
    crash.remove();
    removeSignals?.();
    process.off("beforeExit", onBeforeExit);
    process.off("exit", saveSync);
  };
}

function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    warnOnce("flush", `the flush at the end failed: ${boundedText(error)}`);
  }
}
