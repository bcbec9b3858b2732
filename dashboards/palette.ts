/** One meaning, one colour, on every dashboard; by the legend that carries it. */
export const percentileColors = { P50: "super-light-blue", P95: "blue", P99: "purple" } as const;
export const outcomeColors = { success: "green", error: "red" } as const;
export const resultColors = { completed: "green", retried: "yellow", failed: "orange", dead: "red" } as const;
export const stateColors = { waiting: "orange", active: "green", delayed: "super-light-blue" } as const;
export const signalColors = { traces: "purple", metrics: "blue", logs: "orange" } as const;
export const severityColors = { critical: "red", warning: "orange", info: "blue" } as const;
