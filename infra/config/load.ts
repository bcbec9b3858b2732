import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { ConfigError } from "./errors.ts";
import { parseStack } from "./parse.ts";
import type { StackConfig } from "./schema.ts";

/**
 * Reads and validates the settings of the stack that is being deployed: the only reader of Pulumi's config.
 * @throws ConfigError with every fault found, before anything is registered.
 */
export function loadConfig(): StackConfig {
  const stackName = pulumi.getStack();
  const config = new pulumi.Config();
  const raw: unknown = config.getObject("stack");
  if (raw === undefined) {
    throw new ConfigError(stackName, [
      {
        key: "stack",
        message: "is missing",
        fix: "start from Pulumi.dev.yaml: copy its `stack` object into this file",
      },
    ]);
  }
  return parseStack(raw, { stackName, isEncrypted: encryptionOf(stackName, config.name) });
}

/**
 * Pulumi decrypts before it hands settings over, and tells only that something in `stack` was encrypted, not what.
 * The file says it. `AUTOWEAVE_STACK_FILE` names it where it is not `Pulumi.<stack>.yaml` (`--config-file`).
 */
function encryptionOf(stackName: string, project: string): (path: (string | number)[]) => boolean {
  const secretKeys: string[] = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]");
  if (!secretKeys.includes(`${project}:stack`)) return () => false;

  const file =
    process.env.AUTOWEAVE_STACK_FILE ??
    fileURLToPath(new URL(`../../Pulumi.${stackName}.yaml`, import.meta.url));
  if (!existsSync(file)) return () => true;
  const stack: unknown = parse(readFileSync(file, "utf8"))?.config?.[`${project}:stack`];
  return (path) => {
    const node = path.reduce<unknown>(
      (at, key) => (at as Record<string | number, unknown> | undefined)?.[key],
      stack,
    );
    return typeof node === "object" && node !== null && "secure" in node;
  };
}
