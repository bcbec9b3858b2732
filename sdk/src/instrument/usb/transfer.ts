import {
  type TransferDirection,
  transferDirections,
  type TransferType,
  transferTypes,
} from "../../names/index.ts";

/** What is known of a transfer when it begins. */
export interface Transfer {
  /** Undefined when it cannot be told without asking the device: usb 3.x has one method for bulk and interrupt. */
  readonly type?: TransferType | undefined;
  readonly direction?: TransferDirection | undefined;
  /** Of an out-transfer: the payload to send. */
  readonly bytes?: number | undefined;
}

/** How a transfer ended; what is undefined is not known. */
export interface Completion {
  /** Payload that was moved. */
  readonly bytes?: number | undefined;
  /** What went wrong, as `usbErrorType` would call it, where no error tells it. */
  readonly fault?: string | undefined;
  /** From its submission on. */
  readonly durationMs?: number | undefined;
}

/** The result of a transfer as libraries and daemons give it. */
interface TransferResult {
  readonly data?: { readonly byteLength?: unknown };
  readonly bytesWritten?: unknown;
  readonly bytesTransferred?: unknown;
  readonly byteLength?: unknown;
  readonly status?: unknown;
  readonly packets?: unknown;
}

const unknownCompletion: Completion = {};

/**
 * Reads what a transfer resulted in: a number of bytes, bytes, or an object with `data`, `bytesWritten` or `bytesTransferred`,
 * and `status` as WebUSB's results have it. Never throws.
 */
export function completionOf(result: unknown): Completion {
  if (typeof result === "number") return { bytes: amountOf(result) };
  if (typeof result !== "object" || result === null) return unknownCompletion;
  try {
    const { data, bytesWritten, bytesTransferred, byteLength, status, packets } = result as TransferResult;
    if (Array.isArray(packets)) return completionOfPackets(packets as TransferResult[]);
    const bytes = amountOf(bytesWritten ?? bytesTransferred ?? byteLength ?? data?.byteLength);
    return { bytes, fault: faultOf(status) };
  } catch {
    return unknownCompletion;
  }
}

/** Isochronous transfers of WebUSB: each packet has a result. */
function completionOfPackets(packets: readonly TransferResult[]): Completion {
  let bytes = 0;
  let fault: string | undefined;
  for (const { data, bytesWritten, status } of packets) {
    bytes += amountOf(bytesWritten ?? data?.byteLength) ?? 0;
    fault ??= faultOf(status);
  }
  return { bytes, fault };
}

/** Source: WebUSB, `USBTransferStatus`. */
const faults: Readonly<Record<string, string>> = { stall: "stall", babble: "overflow" };

const faultOf = (status: unknown) =>
  typeof status === "string" && Object.hasOwn(faults, status) ? faults[status] : undefined;

/** A type or a direction as an app names it; undefined for what is none. */
export const transferTypeOf = (value: unknown) => transferTypes.find((type) => type === value);
export const directionOf = (value: unknown) => transferDirections.find((direction) => direction === value);

/** A number of bytes, or of milliseconds; undefined for what is none. */
export const amountOf = (value: unknown) =>
  typeof value === "number" && value >= 0 && value < Infinity ? value : undefined;

/**
 * Whether a transfer lasts until the device has something to say: that is no latency of the app. Control transfers, and all
 * that is sent, are answered at once.
 */
export const waitsForDevice = ({ type, direction }: Transfer): boolean =>
  direction === "in" && type !== "control";

interface TransferLabels {
  readonly direction: string;
  readonly type: string;
}

const labels = new Map<string | undefined, Map<string | undefined, TransferLabels>>();

/** Labels are made once for each kind of transfer. */
export function transferLabels({ direction, type }: Transfer): TransferLabels {
  const known = labels.get(direction)?.get(type);
  if (known) return known;
  const made = { direction: direction ?? "unknown", type: type ?? "unknown" };
  const ofDirection = labels.get(direction) ?? new Map<string | undefined, TransferLabels>();
  labels.set(direction, ofDirection.set(type, made));
  return made;
}
