import { isObject } from "../values.ts";
import type { Json, Properties } from "../values.ts";

// Pulumi writes kmsMasterKeyId where the API says KMSMasterKeyID, otherwise the two differ in the first letter only.
const special: Record<string, string> = {
  id: "ID",
  sseAlgorithm: "SSEAlgorithm",
  kmsMasterKeyId: "KMSMasterKeyID",
  replicaKmsKeyId: "ReplicaKmsKeyID",
};
const specialBack = Object.fromEntries(Object.entries(special).map(([ours, theirs]) => [theirs, ours]));

const toApiKey = (key: string): string => special[key] ?? key.charAt(0).toUpperCase() + key.slice(1);
const fromApiKey = (key: string): string => specialBack[key] ?? key.charAt(0).toLowerCase() + key.slice(1);

/** Inputs as the AWS API spells them; a map of tags becomes its list. */
export function toApi<T>(value: Json | undefined): T {
  const convert = (json: Json | undefined, key?: string): unknown => {
    if (Array.isArray(json)) return json.map((item) => convert(item));
    if (!isObject(json)) return json ?? undefined;
    if (key === "tags") return tagList(json as Record<string, string>);
    return Object.fromEntries(
      Object.entries(json).map(([name, item]) => [toApiKey(name), convert(item, name)]),
    );
  };
  return convert(value) as T;
}

/** The reverse of `toApi`. */
export function fromApi(value: unknown): Json {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(fromApi);
  if (typeof value !== "object" || value === null) return (value ?? null) as Json;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => item !== undefined && !key.startsWith("$"))
      .map(([key, item]) => [fromApiKey(key), key === "Tags" ? tagMap(item as Tag[]) : fromApi(item)]),
  );
}

export interface Tag {
  Key?: string | undefined;
  Value?: string | undefined;
}

export const tagList = (tags: Record<string, string>): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const tagMap = (tags: Tag[] | undefined): Properties =>
  Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));

/** A policy is given as JSON text or as the document itself. */
export const policyText = (policy: Json | undefined): string | undefined =>
  policy === undefined || policy === null
    ? undefined
    : typeof policy === "string"
      ? policy
      : JSON.stringify(policy);
