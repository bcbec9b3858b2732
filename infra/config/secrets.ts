import { secret, type Output } from "@pulumi/pulumi";
import { z } from "zod";

/** Where a workload finds a secret: a value that Pulumi keeps encrypted, or a Secret that the cluster has already. */
export type SecretSource = { value: Output<string> } | { existingSecret: string; key: string };

const existing = z.strictObject({
  /** Name of a Secret in the stack's namespace. */
  existingSecret: z.string().min(1),
  /** The key of that Secret which holds the value. */
  key: z.string().min(1),
});

/** Marks a schema whose strings must come from an encrypted setting; see `plaintextSecrets`. */
const secretFields = new WeakSet<z.ZodType>();

/** A schema for a secret: an encrypted string (`pulumi config set --secret`), or a reference to an existing Secret. */
export function secretSource() {
  const value = z
    .string()
    .min(1)
    .transform((plain): SecretSource => ({ value: secret(plain) }));
  const schema = z.union([value, existing], {
    error: "must be an encrypted string, or {existingSecret, key}",
  }) as z.ZodType<SecretSource>;
  secretFields.add(schema);
  return schema;
}

type Path = (string | number)[];

/** The paths of all strings in `raw` that `schema` declares to be secrets. */
export function secretPaths(schema: z.ZodType, raw: unknown, path: Path = []): Path[] {
  if (secretFields.has(schema)) return typeof raw === "string" ? [path] : [];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return secretPaths(schema.unwrap() as z.ZodType, raw, path);
  }
  if (schema instanceof z.ZodArray && Array.isArray(raw)) {
    return raw.flatMap((item, index) => secretPaths(schema.element as z.ZodType, item, [...path, index]));
  }
  if (schema instanceof z.ZodUnion) {
    const found = schema.options.flatMap((option) => secretPaths(option as z.ZodType, raw, path));
    return [...new Map(found.map((p) => [p.join("."), p])).values()];
  }
  if (schema instanceof z.ZodObject && typeof raw === "object" && raw !== null) {
    return Object.entries(schema.shape).flatMap(([key, field]) =>
      secretPaths(field as z.ZodType, (raw as Record<string, unknown>)[key], [...path, key]),
    );
  }
  return [];
}
