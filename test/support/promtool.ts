import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { duration } from "../../alerts/promql.ts";
import type { RuleGroup } from "../../alerts/rule.ts";
import { prometheusGroup } from "../../infra/backends/rules.ts";
import { outcome, writeConfig } from "./program.ts";

type Labels = Record<string, string>;

/** Samples in promtool's notation (`0+5x10`), or one by one; `stale` ends a series, `_` leaves a sample out. */
export type Samples = string | readonly (number | "stale" | "_")[];

/** What shall fire, given some series. */
export interface RuleCase {
  promise: string;
  /** Between samples and between evaluations. Default: 30. */
  everySeconds?: number;
  /** The samples of each series, from time 0 on. */
  series: Record<string, Samples>;
  alert: string;
  /**
   * The alerts of that name that fire at a time, e.g. `{ "14m30s": [], "15m": [{ job: "tempo" }] }`. Labels that no time
   * speaks of are not compared. Twins that escalate are left out, unless a time speaks of `escalation`.
   */
  firing: Record<string, Labels[]>;
  /** Values of expressions at a time: the only series that the expression gives, without labels. */
  values?: { expr: string; at: string; value: number }[];
}

/** Writes groups as a file of rules that Prometheus reads, and gives its path. */
export const writeRules = (folder: string, name: string, groups: readonly RuleGroup[]): string =>
  writeConfig(folder, name, { groups: groups.map(prometheusGroup) });

/**
 * Has promtool try all cases on the rules, each by itself.
 * @returns what promtool says of each case, in their order: an empty text where all is as it shall be.
 */
export async function tryCases(
  promtool: string,
  folder: string,
  groups: readonly RuleGroup[],
  cases: readonly RuleCase[],
): Promise<string[]> {
  const rules = writeRules(folder, "rules", groups);
  const named = cases.map((tried, index) => ({ name: `case ${index}`, tried }));
  const files = Object.entries(Object.groupBy(named, ({ tried }) => String(everySeconds(tried)))).map(
    ([seconds, some = []]) =>
      writeConfig(folder, `cases-${seconds}`, {
        rule_files: [basename(rules)],
        evaluation_interval: `${seconds}s`,
        group_eval_order: groups.map(({ name }) => name),
        tests: some.map(({ name, tried }) => ({ name, ...testOf(tried) })),
      }),
  );
  const report = join(folder, "junit.xml");
  const { said } = await outcome(promtool, ["test", "rules", `--junit=${report}`, ...files]);
  const failures = failuresIn(readFileSync(report, "utf8"));
  if (failures.has("")) throw new Error(`promtool could not read the cases:\n${said}`);
  return named.map(({ name }) => failures.get(name) ?? "");
}

const everySeconds = ({ everySeconds = 30 }: RuleCase) => everySeconds;

function testOf(tried: RuleCase) {
  const { series, alert, firing, values = [] } = tried;
  const by = [...new Set(Object.values(firing).flatMap((sets) => sets.flatMap(Object.keys)))];
  const twins = by.includes("escalation") ? "" : ',escalation=""';
  return {
    interval: duration(everySeconds(tried)),
    input_series: Object.entries(series).map(([name, samples]) => ({
      series: name,
      values: typeof samples === "string" ? samples : samples.join(" "),
    })),
    promql_expr_test: [
      ...Object.entries(firing).map(([time, sets]) => ({
        expr: `count by (${by.join(", ")}) (ALERTS{alertname="${alert}",alertstate="firing"${twins}})`,
        eval_time: time,
        exp_samples: sets.map((labels) => ({ labels: selector(labels), value: 1 })),
      })),
      ...values.map(({ expr, at, value }) => ({
        expr: `round(sum(${expr}), 0.000001)`,
        eval_time: at,
        exp_samples: [{ labels: "{}", value }],
      })),
    ],
  };
}

/** Labels as a metric carries them, e.g. `{job="tempo"}`; an empty one is none. */
export const selector = (labels: Labels): string =>
  `{${Object.entries(labels)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}="${value}"`)
    .join(",")}}`;

/** What went wrong, by the name of the test group; by an empty name where a file could not be read. */
function failuresIn(xml: string): Map<string, string> {
  const failed = new Map<string, string>();
  for (const [, name = "", body = ""] of xml.matchAll(/<testcase name="([^"]*)">(.*?)<\/testcase>/gs)) {
    const texts = [...body.matchAll(/<(failure|error)>(.*?)<\/\1>/gs)].map(([, , text = ""]) =>
      unescape(text),
    );
    if (texts.length > 0) failed.set(name === "unknown" ? "" : name, texts.join("\n"));
  }
  return failed;
}

const entities: Record<string, string> = { lt: "<", gt: ">", amp: "&", "#34": '"', "#39": "'", "#xA": "\n" };
const unescape = (text: string) =>
  text.replace(/&([^;]+);/g, (whole, entity: string) => entities[entity] ?? whole);
