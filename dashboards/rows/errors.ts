import type { MetricDefinition } from "../../sdk/src/names/index.ts";
import { slos } from "../../alerts/slos.ts";
import { evidence } from "../links.ts";
import { limitsOf, type Panel } from "../panels/panel.ts";
import { timeSeries } from "../panels/time-series.ts";
import { failedShare } from "../promql.ts";
import type { Scope } from "../variables.ts";

const promise = slos.find(({ indicator }) => indicator.kind === "outcome");

/** What is promised of shares of failures, for panels that show one. */
export const failureLimits = promise ? { limits: limitsOf(promise) } : {};

interface Errors {
  /** In the plural. */
  what: string;
  metric: MetricDefinition;
  /** Label that tells apart. */
  by: string;
  /** TraceQL of their spans. */
  spans: string;
  /** Matcher of those that can fail and succeed. Default: all can. */
  among?: string;
}

/** The share that fails, by one of the metric's own labels, against what is promised of the whole. */
export const errors = ({ what, metric, by, spans, among }: Errors, scope: Scope): Panel =>
  timeSeries({
    title: `${what}: errors by ${by.replaceAll("_", " ").replace(/^http /, "")}`,
    description: `The share that fails.${promise ? ` Promised of all operations together: ${promise.promise}.` : ""}`,
    unit: "percentunit",
    width: 8,
    queries: [{ expr: failedShare(metric, scope, [by], ...(among ? [among] : [])), legend: `{{${by}}}` }],
    max: 0.06,
    ...failureLimits,
    links: evidence(scope, `${spans} && status = error`),
  });
