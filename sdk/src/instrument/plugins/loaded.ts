import { context } from "@opentelemetry/api";
import { tenantOf } from "../../context/tenant.ts";
import { telemetry } from "../../telemetry.ts";
import { Census, Witness } from "../census.ts";
import { type PluginIdentity, pluginOf } from "./identity.ts";

const census = new Census("");
telemetry.metrics.onCollect(() =>
  census.publish((_, count, tenantId) => telemetry.metrics.set("pluginsLoaded", {}, count, tenantId)),
);

interface Loaded {
  identity: PluginIdentity;
  /** What it goes by: its name, and what it was loaded as. */
  readonly keys: Set<string>;
}

/** More plugins than this are not remembered: a loader that unloads none of them forgets nothing. */
const mostLoaded = 10_000;

/** The plugins that one loader has loaded, for `autoweave_plugins_loaded`, and to know them by whatever they go by. */
export class LoadedPlugins {
  readonly #witness = new Witness(census);
  readonly #byKey = new Map<string, Loaded>();

  /** `given`: what it was loaded as: a name, a path, a manifest. */
  loaded(given: unknown, identity: PluginIdentity): void {
    const keys = [identity.name, typeof given === "string" ? given : undefined].filter(
      (key) => key !== undefined,
    );
    const known = keys.map((key) => this.#byKey.get(key)).find((one) => one !== undefined);
    if (!known && (keys.length === 0 || this.#byKey.size >= mostLoaded)) return;
    const loaded = known ?? { identity, keys: new Set<string>() };
    loaded.identity = identity;
    for (const key of keys) {
      loaded.keys.add(key);
      this.#byKey.set(key, loaded);
    }
    this.#witness.came(loaded, "", tenantOf(context.active()));
  }

  unloaded(given: unknown): void {
    const loaded = this.#find(given);
    if (!loaded) return;
    for (const key of loaded.keys) this.#byKey.delete(key);
    this.#witness.went(loaded);
  }

  /** The plugin that is meant by its name, by what it was loaded as, or by an object that tells of it. */
  identify(given: unknown): PluginIdentity {
    return this.#find(given)?.identity ?? pluginOf(given);
  }

  leave(): void {
    this.#witness.leave();
    this.#byKey.clear();
  }

  #find(given: unknown): Loaded | undefined {
    const key = typeof given === "string" ? given : pluginOf(given).name;
    return key === undefined
      ? undefined
      : (this.#byKey.get(key) ?? this.#byKey.get(pluginOf(given).name ?? ""));
  }
}
