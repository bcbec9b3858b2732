import type { RuleGroup, RuleOptions } from "./rule.ts";
import { stackRules } from "./stack.ts";

/** What is kept for more than a year: recorded series named `level:metric:operations`, and nothing else. */
export const longTermSeries = "[a-zA-Z0-9_]+:[a-zA-Z0-9_]+:[a-zA-Z0-9_]+";

/** Every recording and alerting rule of the stack. */
export const ruleGroups = (options: RuleOptions): RuleGroup[] => [...stackRules(options)];
