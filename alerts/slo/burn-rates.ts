import { number } from "../promql.ts";
import type { Slo } from "../slos.ts";

/** Somebody is told when this share of the budget is spent within this time. */
interface BurnPolicy {
  severity: "critical" | "warning";
  budgetShare: number;
  hours: number;
}

/** Source: The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts". */
const burnPolicies: readonly BurnPolicy[] = [
  { severity: "critical", budgetShare: 0.02, hours: 1 },
  { severity: "critical", budgetShare: 0.05, hours: 6 },
  { severity: "warning", budgetShare: 0.1, hours: 24 },
  { severity: "warning", budgetShare: 0.1, hours: 72 },
];

export interface BurnRate extends BurnPolicy {
  /** How many times faster than the objective allows. */
  factor: number;
  /** The window in which the budget is spent, and the one that shows that it still is; in seconds. */
  longSeconds: number;
  shortSeconds: number;
}

/** How many times faster than the budget allows, e.g. 14.4 for 2 % of 30 days in 1 h. */
export const burnFactor = (budgetShare: number, windowDays: number, hours: number): number =>
  Number(number((budgetShare * windowDays * 24) / hours));

/** The share of bad events that an objective allows. */
export const budgetOf = ({ objective }: Pick<Slo, "objective">): number => Number(number(1 - objective));

const allBurnRates = ({ windowDays }: Pick<Slo, "windowDays">): BurnRate[] =>
  burnPolicies.map((policy) => ({
    ...policy,
    factor: burnFactor(policy.budgetShare, windowDays, policy.hours),
    longSeconds: policy.hours * 3600,
    shortSeconds: policy.hours * 300,
  }));

/** More than all events cannot be bad: at an objective of 90 % no budget burns 14.4 times too fast. */
const isPossible = (slo: Pick<Slo, "objective">, { factor }: BurnRate) => factor * budgetOf(slo) < 1;

/** The rates at which a promise's budget may burn too fast. */
export const burnRates = (slo: Pick<Slo, "objective" | "windowDays">): BurnRate[] =>
  allBurnRates(slo).filter((rate) => isPossible(slo, rate));

/** Those that the objective makes impossible, in words; no alert waits for them. */
export const impossibleBurnRates = (slo: Pick<Slo, "id" | "objective" | "windowDays">): string[] =>
  allBurnRates(slo)
    .filter((rate) => !isPossible(slo, rate))
    .map(
      ({ budgetShare, hours, factor }) =>
        `${slo.id}: ${number(budgetShare * 100)} % of the budget in ${hours} h, for which ${number(factor * budgetOf(slo) * 100)} % of the events would have to be bad`,
    );
