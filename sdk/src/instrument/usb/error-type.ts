import { constants } from "node:os";
import { errorType } from "../../traces/errors.ts";

/** What a USB error is called, by what libusb calls it. Source: libusb, `enum libusb_error`, `enum libusb_transfer_status`. */
const byLibusbName: Record<string, string> = {
  ACCESS: "access",
  BUSY: "busy",
  CANCELLED: "cancelled",
  ERROR: "io",
  INTERRUPTED: "interrupted",
  INVALID_PARAM: "invalid_argument",
  IO: "io",
  NO_DEVICE: "no_device",
  NO_MEM: "no_memory",
  NOT_FOUND: "not_found",
  NOT_SUPPORTED: "not_supported",
  OTHER: "other",
  OVERFLOW: "overflow",
  PIPE: "stall",
  STALL: "stall",
  TIMED_OUT: "timeout",
  TIMEOUT: "timeout",
};

/** The same by number: negative for calls, positive for the ends of transfers. Source: as above. */
const byLibusbNumber: Record<number, string> = {
  [-1]: "io",
  [-2]: "invalid_argument",
  [-3]: "access",
  [-4]: "no_device",
  [-5]: "not_found",
  [-6]: "busy",
  [-7]: "timeout",
  [-8]: "overflow",
  [-9]: "stall",
  [-10]: "interrupted",
  [-11]: "no_memory",
  [-12]: "not_supported",
  [-99]: "other",
  1: "io",
  2: "timeout",
  3: "cancelled",
  4: "stall",
  5: "no_device",
  6: "overflow",
};

/** The same by the operating system's number, which usb 3.x puts in its texts. */
const byErrno = new Map<number, string>([
  [constants.errno.EACCES, "access"],
  [constants.errno.EPERM, "access"],
  [constants.errno.EBUSY, "busy"],
  [constants.errno.ENODEV, "no_device"],
  [constants.errno.ENOENT, "not_found"],
  [constants.errno.ENOMEM, "no_memory"],
  [constants.errno.EINVAL, "invalid_argument"],
  [constants.errno.ENOTSUP, "not_supported"],
  [constants.errno.EOVERFLOW, "overflow"],
  [constants.errno.EPIPE, "stall"],
  [constants.errno.EPROTO, "io"],
  [constants.errno.EIO, "io"],
  [constants.errno.ETIMEDOUT, "timeout"],
]);

/** The same by words: usb 3.x (nusb) has no codes. The first that fits counts. */
const byWords: readonly (readonly [RegExp, string])[] = [
  [/cancell?ed/i, "cancelled"],
  [/stall/i, "stall"],
  [/disconnected|no such device/i, "no_device"],
  [/timed out|timeout/i, "timeout"],
  [/permission|access denied/i, "access"],
  [/busy/i, "busy"],
  [/overflow|babble/i, "overflow"],
  [/not implemented|not supported|unsupported/i, "not_supported"],
  [/invalid state|must be (?:opened|open)|not open|not claimed/i, "invalid_state"],
  [/not found/i, "not_found"],
  [/invalid ?argument|invalid or/i, "invalid_argument"],
  [/fault|protocol violation/i, "io"],
];

const libusbName = /LIBUSB_(?:ERROR|TRANSFER)_([A-Z_]+)/;
const errnoInText = /(?:\(errno |Unknown\()(\d+)\)/;

/**
 * The kind of a USB error, one of few: from libusb's name or number (usb 2.x), from nusb's text or the system's number in it
 * (usb 3.x), else as of any error. Never throws.
 */
export function usbErrorType(error: unknown): string {
  try {
    const { message, errno, code } = error as { message?: unknown; errno?: unknown; code?: unknown };
    const text = typeof message === "string" ? message.slice(0, 1_000) : "";
    const name = libusbName.exec(text)?.[1];
    const number = errnoInText.exec(text)?.[1];
    return (
      (name && byLibusbName[name]) ??
      (typeof errno === "number" && code === undefined ? byLibusbNumber[errno] : undefined) ??
      (number && byErrno.get(Number(number))) ??
      (isFromSystem(code) ? undefined : byWords.find(([words]) => words.test(text))?.[1]) ??
      errorType(error)
    );
  } catch {
    return errorType(error);
  }
}

/** Whether Node itself names the error, e.g. `ECONNREFUSED`. */
const isFromSystem = (code: unknown) => typeof code === "string" && /^E[A-Z0-9]+$/.test(code);
