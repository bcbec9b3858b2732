import type { z } from "zod";
import { ConfigError, type ConfigFault } from "./errors.ts";
import { contradictions } from "./contradictions.ts";
import { type StackConfig, stackSchema, type Tenant, tenantSchema } from "./schema.ts";
import { secretPaths } from "./secrets.ts";

type Path = PropertyKey[];

export interface ParseOptions {
  /** The Pulumi stack's name, e.g. `dev`: names the file in errors and is the default suffix of bucket names. */
  stackName: string;
  /** Whether the string at this path of the `stack` object is kept encrypted. */
  isEncrypted: (path: (string | number)[]) => boolean;
}

const keyOf = (path: Path) =>
  path.reduce<string>(
    (key, part) => (typeof part === "number" ? `${key}[${part}]` : `${key}.${String(part)}`),
    "stack",
  );

const setCommand = (path: Path, flags = "") => `pulumi config set --path '${keyOf(path)}' ${flags}<value>`;
const removeCommand = (path: Path) => `pulumi config rm --path '${keyOf(path)}'`;

/**
 * Settings, as they stand in `Pulumi.<stack>.yaml` under `stack`, to a complete `StackConfig`.
 * @throws ConfigError with every fault found.
 */
export function parseStack(raw: unknown, { stackName, isEncrypted }: ParseOptions): StackConfig {
  const plaintext = secretPaths(stackSchema, raw)
    .filter((path) => !isEncrypted(path))
    .map((path) => ({
      key: keyOf(path),
      message: "is a secret in plain text",
      fix: setCommand(path, "--secret "),
    }));

  const result = stackSchema.safeParse(raw);
  const clashes = contradictions(result.success ? result.data : validSections(raw)).map(
    ({ path, message }) => ({
      key: keyOf(path),
      message,
      fix: setCommand(path),
    }),
  );
  const faults = [...plaintext, ...(result.success ? [] : faultsOf(result.error)), ...clashes];
  if (!result.success || faults.length > 0) throw new ConfigError(stackName, faults);

  const { storage } = result.data;
  return {
    ...result.data,
    storage: { ...storage, bucketSuffix: storage.bucketSuffix ?? stackName },
    tenants: withDefaultTenant(result.data),
  };
}

function withDefaultTenant(stack: StackConfig): Tenant[] {
  if (stack.tenants.some((tenant) => tenant.id === stack.tenantId)) return stack.tenants;
  return [tenantSchema.parse({ id: stack.tenantId }), ...stack.tenants];
}

/** What is valid by itself among the settings under `stack`. */
function validSections(raw: unknown): Partial<StackConfig> {
  const given = typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>) : {};
  const sections = Object.entries(stackSchema.shape).flatMap(([key, schema]) => {
    const section = schema.safeParse(given[key]);
    return section.success ? [[key, section.data]] : [];
  });
  return Object.fromEntries(sections);
}

function faultsOf(error: z.ZodError): ConfigFault[] {
  return error.issues.flatMap((issue): ConfigFault[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        return { key: keyOf(path), message: "is not a setting", fix: removeCommand(path) };
      });
    }
    return [{ key: keyOf(issue.path), message: issue.message, fix: setCommand(issue.path) }];
  });
}
