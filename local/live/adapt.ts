import { join } from "node:path";
import { addresses, directives, flags, type Here, paths, settings } from "./differences.ts";
import type { Context } from "./program.ts";

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A program's configuration as it runs here: a copy of the deployed one in which the table's rows hold. */
export function adapt<T extends object>(program: string, deployed: T, context: Context): T {
  const changed = withSettings(deployed, settings[program] ?? {}, context);
  return mapTexts(changed, (text) => relocated(program, text, context)) as T;
}

/** The configuration with some rows of the table in it. */
export const withSettings = (deployed: unknown, rows: Record<string, Here>, context: Context): unknown =>
  Object.entries(rows).reduce(
    (config, [path, here]) => changedAt(config, path.split("."), here, context),
    deployed,
  );

/** The flags of a command line as they are here: `["--a=b"]` to `["--a=c"]`. */
export function adaptFlags(program: string, deployed: readonly string[], context: Context): string[] {
  const entries = deployed.map((flag): [string, string | undefined] => {
    const [, name = "", value] = /^--([^=]+)(?:=(.*))?$/s.exec(flag) ?? [];
    return [name, value === undefined ? undefined : relocated(program, value, context)];
  });
  const own = flags[program] ?? {};
  const kept = entries.filter(([name]) => !(name in own));
  const changed = Object.entries(own).flatMap(([name, here]): [string, string][] => {
    const value = valueOf(here, context, undefined);
    return value === undefined ? [] : [[name, String(value)]];
  });
  return [...kept, ...changed].map(([name, value]) =>
    value === undefined ? `--${name}` : `--${name}=${value}`,
  );
}

/** The gateway's configuration, which is text. Throws when a directive of the table is not in it. */
export function adaptDirectives(program: string, deployed: string, context: Context): string {
  const changed = Object.entries(directives).reduce((text, [directive, here]) => {
    if (!text.includes(directive))
      throw new Error(`The deployed configuration of ${program} has no \`${directive}\`.`);
    return text.replace(directive, here(context));
  }, deployed);
  return changed
    .split("\n")
    .map((line) => line.replaceAll(/[^\s;]+/g, (word) => relocated(program, word, context)))
    .join("\n");
}

const valueOf = (here: Here, context: Context, deployed: unknown) =>
  typeof here === "function" ? here(context, deployed) : here;

/** What has no place for the setting, such as a ring's in a stack without rings, stays as it is. */
function changedAt(config: unknown, [key = "", ...rest]: string[], here: Here, context: Context): unknown {
  if (key === "*") {
    if (Array.isArray(config)) return config.map((item) => changedIn(item, rest, here, context));
    if (!isTree(config)) return config;
    return Object.fromEntries(
      Object.entries(config).map(([each, item]) => [each, changedIn(item, rest, here, context)]),
    );
  }
  if (!isTree(config) || (rest.length > 0 && config[key] === undefined)) return config;
  const value = changedIn(config[key], rest, here, context);
  const others = Object.entries(config).filter(([other]) => other !== key);
  return Object.fromEntries(value === undefined ? others : [...others, [key, value]]);
}

const changedIn = (value: unknown, rest: string[], here: Here, context: Context) =>
  rest.length === 0 ? valueOf(here, context, value) : changedAt(value, rest, here, context);

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
}

/** A text with the deployed addresses and paths in it turned into those of this machine. */
function relocated(program: string, text: string, context: Context): string {
  for (const [path, name] of Object.entries(paths[program] ?? {})) {
    if (text === path || text.startsWith(`${path}/`))
      return join(context.folder(program), name) + text.slice(path.length);
  }
  return Object.entries(addresses).reduce(
    (changed, [pattern, port]) =>
      changed.replaceAll(new RegExp(`(?<![\\w.-])${pattern}(?![\\w.-])`, "g"), () => context.at(port)),
    text,
  );
}
