import { stat } from "node:fs/promises";
import type { Port } from "./usb-daemon.ts";

/** What a plugin's module exports: how devices of one kind are used. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  /** The devices that it drives. */
  readonly drives: { readonly vendorId: number; readonly productId: number };
  /** What using one is to the business, e.g. `weighing`. */
  readonly operation: string;
  execute(port: Port): Promise<Reading>;
}

/** What a device told. */
export interface Reading {
  /** What the memory system is to know of it. */
  readonly text: string;
  /** What it is worth, in `unit`. */
  readonly value: number;
  readonly unit: string;
}

/** Of a plugin, as its module finds them in the query of its URL. */
export type PluginSettings = Readonly<Record<string, string>>;

/** The plugins of one tenant: ES modules of a folder. */
export class PluginLoader {
  readonly #folder: URL;
  readonly #plugins = new Map<string, Promise<Plugin>>();

  constructor(folder: URL) {
    this.#folder = folder;
  }

  /** Loads `<name>.ts`. Whoever executes it meanwhile waits. */
  load(name: string, settings: PluginSettings = {}): Promise<Plugin> {
    const loading = this.#import(name, settings);
    this.#plugins.set(name, loading);
    return loading;
  }

  async unload(name: string): Promise<void> {
    this.#plugins.delete(name);
  }

  /** Throws when a module is no plugin. */
  validate(plugin: Partial<Plugin>): void {
    const missing = (["name", "version", "drives", "operation", "execute"] as const).filter(
      (key) => plugin[key] === undefined,
    );
    if (missing.length > 0) throw new TypeError(`The plugin does not export ${missing.join(", ")}.`);
  }

  async execute(name: string, port: Port): Promise<Reading> {
    const plugin = await this.#plugins.get(name);
    if (!plugin) throw new Error(`The plugin ${name} is not loaded.`);
    return plugin.execute(port);
  }

  reload(name: string, settings?: PluginSettings): Promise<Plugin> {
    void this.unload(name);
    return this.load(name, settings);
  }

  /** The plugin that drives a device, if one does. */
  async driverOf(device: { vendorId: number; productId: number }): Promise<Plugin | undefined> {
    const plugins = await Promise.all(this.#plugins.values());
    return plugins.find(
      ({ drives }) => drives.vendorId === device.vendorId && drives.productId === device.productId,
    );
  }

  async list(): Promise<Plugin[]> {
    return Promise.all(this.#plugins.values());
  }

  /** A module is evaluated once for each URL: a file that has changed, or has other settings, is another one. */
  async #import(name: string, settings: PluginSettings): Promise<Plugin> {
    const url = new URL(`${name}.ts`, this.#folder);
    const changed = (await stat(url)).mtimeMs;
    url.search = String(new URLSearchParams({ ...settings, changed: String(changed) }));
    const plugin = (await import(url.href)) as Plugin;
    this.validate(plugin);
    return plugin;
  }
}
