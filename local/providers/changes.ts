import { isDeepStrictEqual } from "node:util";
import { isObject } from "./values.ts";
import type { Json } from "./values.ts";

export interface Change {
  /** Keys and list indexes from the top. */
  path: (string | number)[];
  kind: "add" | "delete" | "update";
}

/** What turns `old` into `now`, leaf by leaf. */
export function changes(old: Json | undefined, now: Json | undefined, path: Change["path"] = []): Change[] {
  if (isDeepStrictEqual(old, now)) return [];
  if (old === undefined) return [{ path, kind: "add" }];
  if (now === undefined) return [{ path, kind: "delete" }];
  if (Array.isArray(old) && Array.isArray(now)) {
    return Array.from({ length: Math.max(old.length, now.length) }, (_, i) =>
      changes(old[i], now[i], [...path, i]),
    ).flat();
  }
  if (isObject(old) && isObject(now)) {
    const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
    return [...keys].flatMap((key) => changes(old[key], now[key], [...path, key]));
  }
  return [{ path, kind: "update" }];
}

/** In the engine's notation: `spec.ports[0].name`, `metadata.labels["app.kubernetes.io/name"]`. */
export function propertyPath(path: Change["path"]): string {
  return path
    .map((key, i) => {
      if (typeof key === "number") return `[${String(key)}]`;
      if (!/^[\w-]+$/.test(key)) return `["${key.replaceAll('"', '\\"')}"]`;
      return i === 0 ? key : `.${key}`;
    })
    .join("");
}
