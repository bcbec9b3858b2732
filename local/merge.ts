import { isDeepStrictEqual } from "node:util";

/** A value of a settings file; undefined where the file has none. */
export type Setting = string | number | boolean | null | undefined | Setting[] | { [key: string]: Setting };

type Branch = Record<string, Setting>;

const isBranch = (value: Setting): value is Branch =>
  // A secret is one value, whatever it is encrypted into.
  typeof value === "object" && value !== null && !Array.isArray(value) && !("secure" in value);

/**
 * Three-way merge, leaf by leaf: what was changed in `mine` since `base` stays, everything else follows `theirs`.
 * Lists are merged element by element while all three have the same length, and are one value otherwise.
 */
export function merge(base: Setting, theirs: Setting, mine: Setting): Setting {
  if (isDeepStrictEqual(mine, base)) return theirs;
  if (isDeepStrictEqual(theirs, base)) return mine;
  if (isBranch(theirs) && isBranch(mine)) return mergeBranches(isBranch(base) ? base : {}, theirs, mine);
  if (Array.isArray(base) && Array.isArray(theirs) && Array.isArray(mine)) {
    if (base.length === theirs.length && base.length === mine.length) {
      return theirs.map((element, index) => merge(base[index], element, mine[index]));
    }
  }
  return mine;
}

function mergeBranches(base: Branch, theirs: Branch, mine: Branch): Branch {
  const keys = new Set([...Object.keys(theirs), ...Object.keys(mine)]);
  const merged = [...keys].map((key) => [key, merge(base[key], theirs[key], mine[key])] as const);
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
}

/** The same settings without their secrets, and the paths of those. */
export function withoutSecrets(settings: Setting, path = ""): { plain: Setting; secrets: string[] } {
  if (Array.isArray(settings)) {
    const elements = settings.map((element, index) => withoutSecrets(element, `${path}[${index}]`));
    const plain = elements.map((element) => element.plain).filter((element) => element !== undefined);
    return { plain, secrets: elements.flatMap(({ secrets }) => secrets) };
  }
  if (typeof settings !== "object" || settings === null) return { plain: settings, secrets: [] };
  if ("secure" in settings) return { plain: undefined, secrets: [path] };
  const entries = Object.entries(settings).map(
    ([key, value]) => [key, withoutSecrets(value, path ? `${path}.${key}` : key)] as const,
  );
  const plain = entries
    .filter(([, value]) => value.plain !== undefined)
    .map(([key, value]) => [key, value.plain]);
  return { plain: Object.fromEntries(plain), secrets: entries.flatMap(([, value]) => value.secrets) };
}
