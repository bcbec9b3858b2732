import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ConfigError } from "./errors.ts";
import { parseStack } from "./parse.ts";
import type { StackConfig } from "./schema.ts";

const root = join(import.meta.dirname, "../..");

/** Stands where the file has an encrypted value. */
const placeholder = "(encrypted)";

/**
 * The validated settings of a stack from its file, without Pulumi: for whatever needs no secret. An encrypted value is not
 * decrypted; a placeholder stands for it.
 * @param folder that holds `Pulumi.yaml` and the stacks' files. Default: the repository's root.
 * @throws ConfigError with every fault found.
 */
export function readStack(stackName: string, folder = root): StackConfig {
  const file = join(folder, `Pulumi.${stackName}.yaml`);
  if (!existsSync(file)) {
    throw new ConfigError(stackName, [
      { key: "stack", message: "there is no such file", fix: "copy Pulumi.dev.yaml, or name another stack" },
    ]);
  }
  const { name: project } = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) as { name: string };
  const settings = parse(readFileSync(file, "utf8")) as { config?: Record<string, unknown> } | null;
  const encrypted = new Set<string>();
  const raw = withoutSecrets(settings?.config?.[`${project}:stack`], [], encrypted);
  return parseStack(raw, { stackName, isEncrypted: (path) => encrypted.has(path.join(".")) });
}

function withoutSecrets(value: unknown, path: (string | number)[], encrypted: Set<string>): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => withoutSecrets(item, [...path, index], encrypted));
  if (typeof value !== "object" || value === null) return value;
  if ("secure" in value) {
    encrypted.add(path.join("."));
    return placeholder;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutSecrets(item, [...path, key], encrypted)]),
  );
}
