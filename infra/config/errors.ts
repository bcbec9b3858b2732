import { RunError } from "@pulumi/pulumi";

/** One thing wrong in the stack's settings, with the command that repairs it. */
export interface ConfigFault {
  /** Path of the setting, e.g. `stack.loki.retentionHours`. */
  key: string;
  message: string;
  fix: string;
}

/**
 * The stack's settings are refused. Thrown before any resource is registered; lists every fault at once.
 * A RunError: Pulumi shows its message, and spares the user the stack trace.
 */
export class ConfigError extends RunError {
  readonly faults: ConfigFault[];

  constructor(stack: string, faults: ConfigFault[]) {
    const lines = faults.map(({ key, message, fix }) => `  ${key}: ${message}\n    repair: ${fix}`);
    super(`Pulumi.${stack}.yaml is not valid (${faults.length} to repair):\n${lines.join("\n")}`);
    this.name = "ConfigError";
    this.faults = faults;
  }
}
