import { impossibleBurnRates } from "../../alerts/slo/burn-rates.ts";
import { slos } from "../../alerts/slos.ts";
import { prometheusGroup, rulesOf } from "../backends/rules.ts";
import { printYaml } from "./support/print-yaml.ts";

const usage = `Usage: rules [--stack NAME]

Prints every recording and alerting rule of a stack (dev unless named) as one Prometheus rules file.`;

printYaml(usage, (stack) => ({
  comments: slos.flatMap(impossibleBurnRates).map((rate) => `No alert waits for the impossible: ${rate}`),
  document: { groups: rulesOf(stack).map(prometheusGroup) },
}));
