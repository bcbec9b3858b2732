import type { PluginOperation } from "../../names/index.ts";
import { observeEmitter } from "../emitter-events.ts";
import type { Undo } from "../wrap.ts";
import type { PluginIdentity } from "./identity.ts";
import type { LoadedPlugins } from "./loaded.ts";
import { PluginRun } from "./run.ts";

/** What an event may tell besides the plugin. */
interface PluginEvent {
  readonly plugin?: unknown;
  readonly error?: unknown;
  readonly durationMs?: unknown;
}

interface Step {
  readonly operation: PluginOperation;
  readonly step: "begun" | "done";
}

const eventNames: Readonly<Record<PluginOperation, readonly [begun: string, done: string]>> = {
  load: ["loading", "loaded"],
  unload: ["unloading", "unloaded"],
  validate: ["validating", "validated"],
  execute: ["executing", "executed"],
};

const prefixes = ["", "plugin:", "plugin."];

/** More than this are not under way at once: the first of them has not ended where we see it. */
const mostUnderWay = 10_000;

/**
 * Measures operations by the events that tell of them, as `PluginLoader` has them. As nothing can run in a span that begins
 * with an event, spans are made when an operation is over. Returns undefined when there is no `emit`.
 */
export function observePluginEvents(
  loader: object,
  kind: symbol,
  operations: readonly PluginOperation[],
  loaded: LoadedPlugins,
): Undo | undefined {
  const steps = new Map<string, Step>();
  for (const operation of operations) {
    const [begun, done] = eventNames[operation];
    for (const prefix of prefixes) {
      steps.set(prefix + begun, { operation, step: "begun" });
      steps.set(prefix + done, { operation, step: "done" });
    }
  }
  const names = new Set([...steps.keys(), ...prefixes.map((prefix) => `${prefix}error`)]);
  const underWay = new UnderWay();

  return observeEmitter(loader, names, kind, (name, [, first, second]) => {
    const step = steps.get(name);
    if (!step) failed(first, second);
    else if (step.step === "begun") underWay.begun(step.operation, loaded.identify(first));
    else done(step.operation, first);
    return undefined;
  });

  function done(operation: PluginOperation, payload: unknown): void {
    const plugin = loaded.identify(payload);
    const run = new PluginRun(
      operation,
      plugin,
      durationOf(payload) ?? underWay.ended(operation, plugin) ?? null,
    );
    if (operation === "load") loaded.loaded(payload, plugin);
    if (operation === "unload") loaded.unloaded(payload);
    run.succeed();
  }

  /** `error` tells of the plugin, not of the operation: it is the one that was under way. */
  function failed(error: unknown, payload: unknown): void {
    const plugin = loaded.identify(payload ?? (error as PluginEvent | undefined)?.plugin ?? error);
    const operation = operations.find((one) => underWay.has(one, plugin));
    if (!operation) return;
    const run = new PluginRun(operation, plugin, underWay.ended(operation, plugin));
    run.fail((error as PluginEvent | undefined)?.error ?? error);
  }
}

function durationOf(payload: unknown): number | undefined {
  const durationMs = (payload as PluginEvent | undefined)?.durationMs;
  return typeof durationMs === "number" && durationMs >= 0 && durationMs < Infinity ? durationMs : undefined;
}

/** Operations that have begun and have not ended. */
class UnderWay {
  readonly #sinceMs = new Map<string, number>();

  begun(operation: PluginOperation, plugin: PluginIdentity): void {
    if (this.#sinceMs.size >= mostUnderWay) {
      for (const oldest of this.#sinceMs.keys()) {
        this.#sinceMs.delete(oldest);
        break;
      }
    }
    this.#sinceMs.set(keyOf(operation, plugin), performance.now());
  }

  has(operation: PluginOperation, plugin: PluginIdentity): boolean {
    return this.#sinceMs.has(keyOf(operation, plugin));
  }

  /** How long it took, in ms; undefined when it was not seen to begin. */
  ended(operation: PluginOperation, plugin: PluginIdentity): number | undefined {
    const key = keyOf(operation, plugin);
    const sinceMs = this.#sinceMs.get(key);
    this.#sinceMs.delete(key);
    return sinceMs === undefined ? undefined : performance.now() - sinceMs;
  }
}

const keyOf = (operation: PluginOperation, { name = "" }: PluginIdentity) => `${operation}\n${name}`;
