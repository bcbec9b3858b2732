import type { RuleGroup } from "../../../../alerts/rule.ts";
import { sloGroups } from "../../../../alerts/slo/groups.ts";
import type { Indicator, Slo } from "../../../../alerts/slos.ts";
import type { RuleCase } from "../../../support/promtool.ts";
import { ruleOptions } from "../../../support/rules.ts";
import { pageCases, ticketCases } from "./burn-rates.ts";
import { latencyCases } from "./latency.ts";
import { outcomeCases } from "./outcome.ts";
import { readinessCases } from "./readiness.ts";
import { unmeasuredCases } from "./unmeasured.ts";

type SloOf<Kind extends Indicator["kind"]> = Slo & { indicator: Extract<Indicator, { kind: Kind }> };

const thresholdCases: { [Kind in Indicator["kind"]]: (slo: SloOf<Kind>) => RuleCase[] } = {
  latency: latencyCases,
  outcome: outcomeCases,
  readiness: readinessCases,
};

/** Cases, and the groups of rules that they are tried on. */
export interface Trial {
  groups: RuleGroup[];
  cases: RuleCase[];
}

/**
 * Every case of a promise, each with the rules that it needs.
 * @param rules whose rules are tried. Default: the promise's own.
 */
export function sloTrials(slo: Slo, rules = slo): Trial[] {
  const groups = sloGroups([rules], { premium: ["gold"], links: ruleOptions.links });
  const trial = (name: string, cases: RuleCase[]): Trial => ({
    groups: groups.filter((group) => group.name === name),
    cases,
  });
  const thresholds = (thresholdCases[slo.indicator.kind] as (slo: Slo) => RuleCase[])(slo);
  return [
    trial(`slo-${rules.id}`, [...thresholds, ...unmeasuredCases(slo)]),
    trial("slo-history", pageCases(slo)),
    trial("slo-long-history", ticketCases(slo)),
  ];
}
