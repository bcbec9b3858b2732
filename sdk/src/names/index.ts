/** The vocabulary: every name that the SDK emits and that rules, dashboards and tests speak of. Imports nothing. */
export * from "./attributes.ts";
export * from "./metrics.ts";
export * from "./runtime.ts";
export * from "./values.ts";
