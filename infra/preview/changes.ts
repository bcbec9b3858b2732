import { isDeepStrictEqual } from "node:util";
import { isObject, type Json, type PreviewStep, type Properties } from "./digest.ts";

/** One property that changes; `old` or `now` is undefined where it is added or removed. */
export interface PropertyChange {
  /** E.g. `spec.containers[nginx].image`: items of a list are named where they have names. */
  path: string;
  old: Json | undefined;
  now: Json | undefined;
  /** This property is why the resource is replaced. */
  replaces: boolean;
}

type Path = string[];
interface Difference {
  path: Path;
  old: Json | undefined;
  now: Json | undefined;
}

/** What Pulumi prints instead of a secret. */
const secretMark = "[secret]";
const unknownSentinel = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknownMark = "(known after the update)";

/** The properties that a step changes, in the order of their paths. Secrets are masked. */
export function changesOf(step: PreviewStep): PropertyChange[] {
  const old = shown(step, step.oldState?.inputs);
  const now = shown(step, step.newState?.inputs);
  const inputs = differences(old, now);
  const changed = [...inputs, ...unseenIn(inputs, step, old, now)];
  const replaceReasons = new Set(step.replaceReasons ?? []);
  return changed
    .map(({ path, ...values }) => ({
      path: pathText(path),
      ...values,
      replaces: replaceReasons.has(path[0] ?? ""),
    }))
    .sort((a, b) => Number(b.replaces) - Number(a.replaces) || a.path.localeCompare(b.path));
}

/** What a provider reports and the inputs do not show: changed secrets, and drift of the live object. */
function unseenIn(inputs: Difference[], step: PreviewStep, old: Properties, now: Properties): Difference[] {
  const seen = new Set(inputs.map(({ path }) => path[0]));
  const live = shown(step, step.oldState?.outputs);
  return Object.entries(step.detailedDiff ?? {}).flatMap(([text, { inputDiff }]): Difference[] => {
    const path = parsePath(text);
    const key = path[0] ?? "";
    if (isNoise(step, key)) return [];
    const [before, after] = [valueAt(old, path), valueAt(now, path)];
    if (before === secretMark && after === secretMark) return [{ path, old: before, now: after }];
    if (inputDiff || seen.has(key)) return [];
    const actual = valueAt(live, path);
    return isDeepStrictEqual(actual, after) ? [] : [{ path, old: actual, now: after }];
  });
}

const pluginSettings = new Set(["version", "pluginDownloadURL", "pluginChecksums"]);

const typeOf = (step: PreviewStep) => (step.newState ?? step.oldState)?.type ?? "";

function isNoise(step: PreviewStep, key: string): boolean {
  return key.startsWith("__") || (typeOf(step).startsWith("pulumi:providers:") && pluginSettings.has(key));
}

/** The properties as a reader may see them: without internals, secrets masked whoever forgot to mark them. */
function shown(step: PreviewStep, properties: Properties = {}): Properties {
  const isSecret = typeOf(step).endsWith(":Secret");
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([key]) => !isNoise(step, key))
      .map(([key, value]) => [
        key,
        isSecret && (key === "data" || key === "stringData") ? maskEach(value) : readable(value),
      ]),
  );
}

const maskEach = (value: Json | undefined): Json =>
  isObject(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, secretMark])) : secretMark;

function readable(value: Json | undefined): Json | undefined {
  if (value === unknownSentinel) return unknownMark;
  if (Array.isArray(value)) return value.map((item) => readable(item) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (key.startsWith("__") ? [] : [[key, readable(item)]])),
  );
}

function differences(old: Json | undefined, now: Json | undefined, path: Path = []): Difference[] {
  if (isDeepStrictEqual(old, now)) return [];
  if (isObject(old) && isObject(now)) {
    const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
    return [...keys].flatMap((key) => differences(old[key], now[key], [...path, key]));
  }
  if (Array.isArray(old) && Array.isArray(now)) return listDifferences(old, now, path);
  const [oldDocument, nowDocument] = [embedded(old), embedded(now)];
  if (oldDocument && nowDocument) {
    const inside = differences(oldDocument, nowDocument, path);
    if (inside.length > 0) return inside;
  }
  return [{ path, old, now }];
}

/** Policies and the like: a JSON document in a string. */
function embedded(value: Json | undefined): Json[] | Properties | undefined {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value) as Json[] | Properties;
  } catch {
    return undefined;
  }
}

function listDifferences(old: Json[], now: Json[], path: Path): Difference[] {
  const [oldNamed, nowNamed] = [byName(old), byName(now)];
  if (oldNamed && nowNamed) {
    const found = differences(oldNamed, nowNamed, path);
    return found.length > 0 ? found : [{ path, old, now }];
  }
  if (![...old, ...now].some(isObject)) return [{ path, old, now }];

  let start = 0;
  while (start < old.length && start < now.length && isDeepStrictEqual(old[start], now[start])) start++;
  let end = 0;
  while (
    end < Math.min(old.length, now.length) - start &&
    isDeepStrictEqual(old.at(-1 - end), now.at(-1 - end))
  ) {
    end++;
  }
  const length = Math.max(old.length, now.length) - start - end;
  return Array.from({ length }, (_, i) => {
    const index = start + i;
    const oldItem = index < old.length - end ? old[index] : undefined;
    const nowItem = index < now.length - end ? now[index] : undefined;
    return differences(oldItem, nowItem, [...path, `[${index}]`]);
  }).flat();
}

/** Containers, variables, ports: a list whose items have names that differ, by those names. */
function byName(list: Json[]): Properties | undefined {
  const named: Properties = {};
  for (const item of list) {
    const name = isObject(item) ? item["name"] : undefined;
    if (typeof name !== "string" || `[${name}]` in named) return undefined;
    named[`[${name}]`] = item;
  }
  return named;
}

const pathText = (path: Path) =>
  path.reduce((text, part) => {
    if (/^\[.*\]$/.test(part)) return `${text}${part}`;
    if (!/^[\w-]+$/.test(part)) return `${text}["${part}"]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");

/** The engine's notation: `spec.ports[0].name`, `data["config.yaml"]`. */
function parsePath(text: string): Path {
  return [...text.matchAll(/\["((?:[^"\\]|\\.)*)"\]|(\[\d+\])|([^.[\]]+)/g)].map(
    ([, quoted, index, key]) => quoted?.replaceAll('\\"', '"') ?? index ?? key ?? "",
  );
}

function valueAt(from: Json | undefined, path: Path): Json | undefined {
  let at: Json | undefined = from;
  for (const part of path) {
    // A secret hides everything below it.
    if (at === secretMark) return secretMark;
    if (Array.isArray(at)) at = at[Number(part.slice(1, -1))];
    else at = isObject(at) ? at[part] : undefined;
  }
  return at;
}
