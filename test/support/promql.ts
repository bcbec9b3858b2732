import { parser } from "@prometheus-io/lezer-promql";

/** A series selector of an expression: the metric's name, and the labels that its matchers speak of. */
export interface Selector {
  metric: string;
  labels: string[];
}

/**
 * The selectors of a PromQL expression, in their order. A selector without a name gives those of its matcher of `__name__`, or
 * an empty one.
 * @throws when the expression is not PromQL.
 */
export function selectorsOf(expr: string): Selector[] {
  const found: Selector[] = [];
  parser.parse(expr).iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) throw new Error(`not PromQL at ${from}: ${expr.slice(from, to + 20)} in ${expr}`);
      if (type.name !== "VectorSelector") return;
      const name = node.getChild("Identifier");
      const matchers: { label: string; value: string }[] = [];
      node.cursor().iterate(({ type, node }) => {
        if (type.name !== "UnquotedLabelMatcher") return;
        const text = (child: string) => {
          const part = node.getChild(child);
          return part ? expr.slice(part.from, part.to) : "";
        };
        matchers.push({ label: text("LabelName"), value: text("StringLiteral").slice(1, -1) });
      });
      found.push({
        metric: name
          ? expr.slice(name.from, name.to)
          : (matchers.find(({ label }) => label === "__name__")?.value ?? ""),
        labels: matchers.map(({ label }) => label).filter((label) => label !== "__name__"),
      });
    },
  });
  return found;
}

/** The names of the metrics that an expression reads, each once. */
export const metricsOf = (expr: string): string[] => [
  ...new Set(selectorsOf(expr).map(({ metric }) => metric)),
];
