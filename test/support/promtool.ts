import type { RuleGroup } from "../../alerts/rule.ts";
import { prometheusGroup } from "../../infra/backends/rules.ts";
import { writeConfig } from "./program.ts";

/** Writes groups as a file of rules that Prometheus reads, and gives its path. */
export const writeRules = (folder: string, name: string, groups: readonly RuleGroup[]): string =>
  writeConfig(folder, name, { groups: groups.map(prometheusGroup) });
