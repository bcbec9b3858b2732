import type { Context } from "@opentelemetry/api";
import { type PluginOperation, pluginOperations } from "../names/index.ts";
import { isLive } from "./live.ts";
import { notInstrumentable } from "./not-instrumentable.ts";
import { type MeasuredCall, measureOperations } from "./operations.ts";
import { observePluginEvents } from "./plugins/events.ts";
import { pluginOf } from "./plugins/identity.ts";
import { LoadedPlugins } from "./plugins/loaded.ts";
import { PluginRun } from "./plugins/run.ts";
import { shared } from "./shared.ts";
import { collectUndos } from "./undos.ts";
import type { Undo } from "./wrap.ts";

/**
 * AutoWeave's plugin loader, or anything that has some of this; an operation's second name stands for the same. Each operation
 * is measured once: by its method if there is one, else by its events.
 *
 * A plugin is given by its name, its path, or an object with a `name` (or `id`) and a `version`, of its own or in its
 * `manifest`, `metadata` or `plugin`. Paths are not recorded: of one, the name of the file or of the plugin's folder is.
 */
export interface PluginLoader {
  /** What it returns, or promises, tells the plugin's name and version. Also `loadPlugin`. */
  load?(plugin: never, ...args: never[]): unknown;
  /** Also `unloadPlugin`. */
  unload?(plugin: never, ...args: never[]): unknown;
  /** Also `validatePlugin`. To find a plugin invalid is no error; to throw is. */
  validate?(plugin: never, ...args: never[]): unknown;
  /** Also `executePlugin`, `run`, `runPlugin`. */
  execute?(plugin: never, ...args: never[]): unknown;
  /**
   * `loading` and `loaded`, `unloading` and `unloaded`, `validating` and `validated`, `executing` and `executed` with a plugin,
   * which may have a `durationMs`; `error` with an error and the plugin, or with both in one object. Also as `plugin:loaded` and
   * `plugin.loaded`.
   */
  emit?(event: string, ...args: never[]): boolean;
}

const kind = Symbol("autoweave.plugins");

const methodNames: Readonly<Record<PluginOperation, readonly string[]>> = {
  load: ["load", "loadPlugin"],
  unload: ["unload", "unloadPlugin"],
  validate: ["validate", "validatePlugin"],
  execute: ["execute", "executePlugin", "run", "runPlugin"],
};

/**
 * Spans `plugin.{operation}`, and the metrics of loads, operations and loaded plugins, for a plugin loader: see
 * {@link PluginLoader}. What a plugin does belongs to its operation's span. The loader's behaviour stays what it is, but for what
 * `observe` says of promises. Instrumenting twice is instrumenting once. Returns how to take it back.
 * @throws ObservabilityConfigError `AUTOWEAVE_NOT_INSTRUMENTABLE` when the loader has none of these, or is frozen.
 */
export function instrumentPluginLoader(loader: object): Undo {
  if ((typeof loader !== "object" && typeof loader !== "function") || loader === null) {
    throw notInstrumentable("plugin loader", lookedFor, loader);
  }
  return shared(loader, kind, () =>
    collectUndos((undos) => {
      const loaded = new LoadedPlugins();
      undos.add(() => loaded.leave());
      const measured = measureOperations(loader, kind, methodNames, undos, (operation, [plugin]) =>
        beginCall(operation, plugin, loaded),
      );
      const rest = pluginOperations.filter((operation) => !measured.includes(operation));
      const emits = undos.add(observePluginEvents(loader, kind, rest, loaded));
      if (!emits && measured.length === 0) throw notInstrumentable("plugin loader", lookedFor, loader);
    }),
  );
}

const lookedFor = [
  ...Object.values(methodNames).map((names) => `a method ${names.join(" or ")}`),
  "an EventEmitter of loading, loaded, unloaded, …",
];

/** What is loaded and unloaded before `initialize()` is remembered: it counts from then on. */
function beginCall(operation: PluginOperation, given: unknown, loaded: LoadedPlugins) {
  const changesWhatIsLoaded = operation === "load" || operation === "unload";
  return changesWhatIsLoaded || isLive() ? new PluginCall(operation, given, loaded) : undefined;
}

class PluginCall implements MeasuredCall {
  readonly #operation: PluginOperation;
  readonly #given: unknown;
  readonly #loaded: LoadedPlugins;
  readonly #run: PluginRun;

  constructor(operation: PluginOperation, given: unknown, loaded: LoadedPlugins) {
    this.#operation = operation;
    this.#given = given;
    this.#loaded = loaded;
    this.#run = new PluginRun(operation, loaded.identify(given));
  }

  get context(): Context {
    return this.#run.context;
  }

  succeeded(result: unknown): void {
    if (this.#operation === "load") this.#loaded.loaded(this.#given, this.#run.identify(told(result)));
    if (this.#operation === "unload") this.#loaded.unloaded(this.#given);
    this.#run.succeed();
  }

  failed(error: unknown): void {
    this.#run.fail(error);
  }
}

/** What a loaded plugin tells of itself; a text or a flag tells nothing. */
const told = (result: unknown) => pluginOf(typeof result === "string" ? undefined : result);
