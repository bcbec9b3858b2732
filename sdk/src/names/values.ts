/** Values that labels and attributes take. */
export const outcomes = ["success", "error"] as const;
export type Outcome = (typeof outcomes)[number];

export const signals = ["traces", "metrics", "logs"] as const;
export type Signal = (typeof signals)[number];

/**
 * Why telemetry was given up. `queue_full`: the bound in items or bytes; `too_large`: one record larger than a backend takes;
 * `rejected`: a backend refused it for good; `expired`: older than the spool keeps; `shutdown`: the deadline of a shutdown;
 * `cardinality`: a label's value past the cap became `other`; `shed`: by the memory guard; `invalid`: it could not be encoded, or was lost on disk.
 */
export const dropReasons = [
  "queue_full",
  "too_large",
  "rejected",
  "expired",
  "shutdown",
  "cardinality",
  "shed",
  "invalid",
] as const;
export type DropReason = (typeof dropReasons)[number];

/** Why a request to a backend failed. `untrusted`: TLS, one side does not trust the other's certificate. */
export const exportFailureReasons = [
  "unreachable",
  "untrusted",
  "timeout",
  "unauthorized",
  "throttled",
  "unavailable",
  "rejected",
  "too_large",
  "invalid_response",
] as const;
export type ExportFailureReason = (typeof exportFailureReasons)[number];

/** `configure`: what readies an open device for transfers (interfaces claimed and released, settings, halts cleared). */
export const usbActions = [
  "attach",
  "detach",
  "transfer",
  "open",
  "close",
  "reset",
  "configure",
  "error",
] as const;
export type UsbAction = (typeof usbActions)[number];

export const transferTypes = ["control", "bulk", "interrupt", "isochronous"] as const;
export type TransferType = (typeof transferTypes)[number];

export const transferDirections = ["in", "out"] as const;
export type TransferDirection = (typeof transferDirections)[number];

export const pluginOperations = ["load", "unload", "validate", "execute"] as const;
export type PluginOperation = (typeof pluginOperations)[number];

export const jobResults = ["completed", "failed", "retried", "dead"] as const;
export type JobResult = (typeof jobResults)[number];

export const queueStates = ["waiting", "active", "delayed"] as const;
export type QueueState = (typeof queueStates)[number];

export const memoryOperations = ["search", "add", "update", "delete"] as const;
export type MemoryOperation = (typeof memoryOperations)[number];

/** What spans call them. Source: OpenTelemetry semantic conventions for GenAI, `gen_ai.operation.name`. */
export const genAiOperations = {
  search: "search_memory",
  add: "create_memory",
  update: "update_memory",
  delete: "delete_memory",
} as const satisfies Record<MemoryOperation, string>;

/** What a label's value past the cap becomes. */
export const overflowValue = "other";
