import { basename, dirname, extname } from "node:path";

/** What telemetry says of a plugin. */
export interface PluginIdentity {
  readonly name: string | undefined;
  readonly version: string | undefined;
}

/** What plugins, their modules and their manifests tell of themselves. */
interface PluginLike {
  readonly name?: unknown;
  readonly id?: unknown;
  readonly version?: unknown;
  readonly manifest?: PluginLike;
  readonly metadata?: PluginLike;
  readonly plugin?: PluginLike;
}

const unknownPlugin: PluginIdentity = { name: undefined, version: undefined };

/**
 * The plugin that an argument, a result or an event means: its name, its path, or an object with a `name` (or `id`) and a
 * `version`, of its own or in its `manifest`, `metadata` or `plugin`. Never throws.
 */
export function pluginOf(value: unknown): PluginIdentity {
  if (typeof value === "string") return { name: nameOf(value), version: undefined };
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return unknownPlugin;
  try {
    return read(value);
  } catch {
    return unknownPlugin;
  }
}

function read(plugin: PluginLike): PluginIdentity {
  const parts = [plugin, plugin.manifest, plugin.metadata, plugin.plugin].filter(
    (part): part is PluginLike => typeof part === "object" || typeof part === "function",
  );
  return {
    name: firstText(parts.flatMap((part) => [part.name, part.id])),
    version: firstText(parts.map((part) => part.version)),
  };
}

const firstText = (values: readonly unknown[]): string | undefined =>
  values.find((value): value is string => typeof value === "string" && value !== "");

/** File names that say nothing of the plugin: its folder does. */
const entryNames: ReadonlySet<string> = new Set([
  "index",
  "main",
  "plugin",
  "manifest",
  "package",
  "dist",
  "lib",
  "src",
]);

const path = /^(?:\.{0,2}[/\\]|[a-z]:[/\\]|file:)/i;

/** A path is no label: of one, the name of the file or of the plugin's folder; all else is a name. */
function nameOf(text: string): string | undefined {
  if (text === "") return undefined;
  if (!path.test(text)) return text;
  let rest = text.replaceAll("\\", "/");
  let name = basename(rest, extname(rest));
  while (entryNames.has(name)) {
    rest = dirname(rest);
    name = basename(rest);
  }
  return name === "" || name === "." || name === ".." ? undefined : name;
}
