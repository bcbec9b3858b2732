import type { Row } from "../dashboard.ts";
import { errorsOnly, linesOf, spansOf } from "../links.ts";
import { logs } from "../panels/logs.ts";
import { traces } from "../panels/traces.ts";
import type { Scope } from "../variables.ts";

/** How slow a trace is that is worth a look. */
const slowMs = 200;

/** Single cases: the traces and the lines behind the graphs. */
export const evidenceRow = (scope: Scope): Row => ({
  title: "Traces and logs",
  panels: [
    traces({
      title: "Slow traces",
      description: `Traces that took longer than ${slowMs} ms. Sort by duration for the slowest.`,
      width: 12,
      noValue: "No trace was slow",
      query: spansOf(scope, `traceDuration > ${slowMs}ms`),
    }),
    traces({
      title: "Failed traces",
      description: "Traces in which a span failed.",
      width: 12,
      noValue: "No trace failed",
      query: spansOf(scope, "status = error"),
    }),
    logs({
      title: "Errors in logs",
      description: "The newest lines of level error and above. A line's details have a link to its trace.",
      width: 24,
      height: 10,
      noValue: "No errors",
      expr: linesOf(scope, errorsOnly),
    }),
  ],
});
