import type { CrashHook } from "./crash.ts";

const endingSignals = ["SIGTERM", "SIGINT"] as const;
export type EndingSignal = (typeof endingSignals)[number];

/**
 * At a signal that ends the process, flushes first, and then lets it end by that signal; a second one ends the wait. Where
 * the app listens for the signal too, flushes only. `flush` does not reject; `saveSync` is called last. Returns how to take the
 * hooks out.
 */
export function hookSignals(
  flush: (signal: EndingSignal) => Promise<void>,
  saveSync: () => void,
  crash: CrashHook,
): () => void {
  let ending: EndingSignal | undefined;
  /** Signals of which a listener was taken out just now. */
  const leaving = new Set<string | symbol>();

  function onSignal(name: NodeJS.Signals): void {
    const signal = name as EndingSignal;
    if (crash.isPending) crash.end();
    else if (ending) end();
    else if (isForApp(signal)) void flush(signal);
    else {
      ending = signal;
      void flush(signal).then(end);
    }
  }

  const isForApp = (signal: EndingSignal) =>
    process.listenerCount(signal) > 1 + passiveListeners() || leaving.has(signal);

  function end(): void {
    if (!ending) return;
    const signal = ending;
    ending = undefined;
    saveSync();
    // Where nobody listens, Node leaves a signal to the operating system.
    remove();
    process.kill(process.pid, signal);
  }

  /** A listener that hears a signal once is taken out before it is called, and may have been before this hook is. */
  function onListenerRemoved(event: string | symbol): void {
    leaving.add(event);
    queueMicrotask(() => leaving.delete(event));
  }

  function remove(): void {
    process.off("removeListener", onListenerRemoved);
    for (const signal of endingSignals) process.off(signal, onSignal);
  }

  for (const signal of endingSignals) process.prependListener(signal, onSignal);
  process.on("removeListener", onListenerRemoved);
  return remove;
}

/**
 * Listeners of the package signal-exit, which much depends on: they end the process, but only if nobody else listens.
 * Source: where its versions 3 and 4 count themselves.
 */
function passiveListeners(): number {
  const version3 = (process as { __signal_exit_emitter__?: { count?: unknown } }).__signal_exit_emitter__;
  const version4 = (globalThis as { [key: symbol]: { count?: unknown } | undefined })[
    Symbol.for("signal-exit emitter")
  ];
  return (Number(version3?.count) || 0) + (Number(version4?.count) || 0);
}
