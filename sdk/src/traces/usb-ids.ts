import { warnOnce } from "../diagnostics.ts";

/** What is recorded in place of a vendor or product id that is none. */
export const invalidUsbId = "invalid";

/**
 * A vendor or product id of USB as it is recorded: `0x` and four lower-case hexadecimal digits.
 *
 * - A number is the id itself: a whole one from 0 to 65535.
 * - A text is hexadecimal: with `0x` one to four digits, without it exactly four, as lsusb, udev and sysfs write it; so
 *   `"1234"` is 0x1234. White space around it does not matter.
 *
 * Anything else becomes `invalid`. Source: USB 2.0 specification, table 9-8 (idVendor and idProduct have 16 bits).
 */
export function normalizeUsbId(id: unknown): string {
  if (typeof id === "number") {
    return Number.isInteger(id) && id >= 0 && id <= 0xffff ? withPrefix(id.toString(16)) : invalidUsbId;
  }
  if (typeof id !== "string" || id.length > longestText) return invalidUsbId;
  if (canonical.test(id)) return id;
  const digits = hexadecimal.exec(id.trim())?.groups?.["digits"];
  return digits === undefined ? invalidUsbId : withPrefix(digits.toLowerCase());
}

/** As `normalizeUsbId`, with a warning in the life of the process for each of `what` that was no id; none for `undefined`. */
export function usbId(what: "vendorId" | "productId", id: unknown): string | undefined {
  if (id === undefined || id === null) return undefined;
  const normalized = normalizeUsbId(id);
  if (normalized === invalidUsbId) {
    warnOnce(
      `usb-id:${what}`,
      `The ${what} of a USB device was ${shown(id)}, which is no id: it is recorded as "${invalidUsbId}". ` +
        'Give a number from 0 to 65535, or hexadecimal text such as "0x1234" or "1234". (Said once.)',
    );
  }
  return normalized;
}

const longestText = 64;
const canonical = /^0x[0-9a-f]{4}$/;
const hexadecimal = /^(?:0x(?=[0-9a-f]{1,4}$)|(?=[0-9a-f]{4}$))(?<digits>[0-9a-f]+)$/i;

const withPrefix = (digits: string) => `0x${digits.padStart(4, "0")}`;

function shown(id: unknown): string {
  if (typeof id === "string") return JSON.stringify(id.slice(0, longestText));
  return typeof id === "number" ? String(id) : `a value of type ${typeof id}`;
}
