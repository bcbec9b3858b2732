export { startTestObservability } from "./observability.ts";
export type { LogMatch, SpanMatch, TestObservability } from "./observability.ts";
export type { TextMatch } from "./matching.ts";
export type { Sample } from "./samples.ts";
export * from "./usb/index.ts";
