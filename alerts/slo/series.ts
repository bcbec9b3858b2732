import { duration } from "../promql.ts";

/** Of whom a series tells: the whole, one service, or one tenant's use of one service. */
export const levels = {
  overall: [],
  service: ["service"],
  tenant: ["tenant_id", "service"],
} as const satisfies Record<string, readonly string[]>;
export type Level = keyof typeof levels;

/** What is counted: all events that a promise is about, and those that break it. A ratio is formed of their sums only. */
export const counts = ["events", "errors"] as const;
export type Count = (typeof counts)[number];

/** Seconds over which rates are taken, and at which the history goes on. Rates need two samples of each series in it. */
export const baseSeconds = 300;

export type Series = `${Level}:${string}:${string}`;

/** Per second, over the last five minutes; evaluated as often as anything. */
export const rate = (level: Level, count: Count): Series => `${level}:slo_${count}:rate5m`;

/** Within a window. That of five minutes is the history, which is kept for more than a year; sums of it make the others. */
export const increase = (level: Level, count: Count, seconds = baseSeconds): Series =>
  `${level}:slo_${count}:increase${duration(seconds)}`;

/** Seconds that the share of events which the objective names took at most, over the last five minutes. */
export const quantile = (level: Level): Series => `${level}:slo_latency_seconds:quantile5m`;

/** Share of the error budget that is left: 1 untouched, 0 spent, less when overspent. */
export const budgetRemaining = (level: Level, windowDays: number): Series =>
  `${level}:slo_budget:remaining${windowDays}d`;

/** Whether at least one replica of a service is ready: 1 or 0; for an hour also of a service that is gone. */
export const ready = "service:health_ready:max" satisfies Series;

/** Matcher of one promise's series. */
export const ofSlo = (id: string): string => `{slo="${id}"}`;

export const sumBy = (level: Level): string => `sum by (${["slo", ...levels[level]].join(", ")})`;
