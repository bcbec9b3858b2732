/** Longest value of a label, in UTF-16 code units. */
export const maxLabelLength = 128;

/** C0, DEL and C1 control characters, and the line separators that some readers break lines at. */
// eslint-disable-next-line no-control-regex -- control characters are what it is about
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const everyControl = new RegExp(control, "g");

/**
 * What a label's value is written as: texts without control characters and lone surrogates, cut at 128; numbers and flags as
 * texts; nothing as the empty text, which Prometheus takes for no label; anything else as the name of its type. Never throws.
 */
export function safeLabel(value: unknown): string {
  switch (typeof value) {
    case "string":
      return safeText(value);
    case "number":
    case "boolean":
      return `${value}`;
    case "bigint":
      return `${BigInt.asIntN(64, value)}`;
    case "undefined":
      return "";
    default:
      return value === null ? "" : `(${typeof value})`;
  }
}

function safeText(text: string): string {
  const cut = text.length > maxLabelLength ? `${text.slice(0, maxLabelLength - 1)}…` : text;
  const clean = control.test(cut) ? cut.replaceAll(everyControl, " ") : cut;
  return clean.isWellFormed() ? clean : clean.toWellFormed();
}

/** The same text in memory of its own: a part of a longer text would keep all of that one. */
export const ownCopy = (text: string): string => Buffer.from(text).toString();
