/** Bounds of what one value may take. Nothing that an app records can make telemetry grow past them. */
export const valueLimits = {
  /** Of a text, in UTF-16 code units, and of a byte array, in bytes. */
  textLength: 16 * 1024,
  /** Of lists in lists in …. */
  depth: 8,
  /** Of all values that a value is made of. */
  items: 1_000,
  /** Of all texts that a value is made of, in UTF-16 code units; the one that reaches it still counts as a whole. */
  totalLength: 64 * 1024,
} as const;

const unreadable = "(unreadable)";
const circular = "(circular)";
const truncated = "(truncated)";
const truncationMark = "… (truncated)";

/**
 * A copy of any JavaScript value that is made of nothing but texts, booleans, numbers, bigints of 64 bits, byte arrays, arrays,
 * plain objects, `null` and `undefined`, and keeps within the limits. Anything else becomes a text; so does, with
 * what happened to it, what cannot be read, leads back to itself or is too large. Never throws.
 */
export function plainValue(value: unknown): unknown {
  return typeof value === "object" && value !== null
    ? plainObject(value, { ancestors: [], items: 0, length: 0 })
    : plainPrimitive(value);
}

/**
 * A text cut at `valueLimits.textLength`, and marked as such; anything else as the text that JavaScript makes of it, without
 * the items of a list. Never throws.
 */
export function boundedText(value: unknown): string {
  if (typeof value === "string" && value.length <= valueLimits.textLength) return value;
  // The digits of a huge one take seconds to find.
  if (typeof value === "bigint" && BigInt.asIntN(1024, value) !== value) return truncated;
  let text = unreadable;
  try {
    text = isList(value) ? Object.prototype.toString.call(value) : String(value);
  } catch {
    // Its toString threw.
  }
  if (text.length <= valueLimits.textLength) return text;
  const cut = valueLimits.textLength - truncationMark.length;
  return text.slice(0, isHighSurrogate(text.charCodeAt(cut - 1)) ? cut - 1 : cut) + truncationMark;
}

/** A property's value, or a text in its place if its getter throws. */
export function readProperty(object: Readonly<Record<string, unknown>>, key: string): unknown {
  try {
    return object[key];
  } catch {
    return unreadable;
  }
}

/** Sets an own property, also where the key means something to JavaScript. */
export function setProperty(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

const isHighSurrogate = (code: number) => code >= 0xd800 && code <= 0xdbff;

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);

function plainPrimitive(value: unknown): unknown {
  switch (typeof value) {
    case "string":
    case "symbol":
    case "function":
      return boundedText(value);
    case "bigint":
      return BigInt.asIntN(64, value) === value ? value : boundedText(value);
    default:
      return value;
  }
}

/** What is known on the way down in a value that is made of others. */
interface Descent {
  /** The objects that the present one is in. */
  readonly ancestors: object[];
  /** Values so far. */
  items: number;
  /** Code units of text so far. */
  length: number;
}

function plainObject(value: object, descent: Descent): unknown {
  if (descent.ancestors.includes(value)) return circular;
  if (descent.ancestors.length >= valueLimits.depth) return truncated;
  descent.ancestors.push(value);
  try {
    return plainContents(value, descent);
  } catch {
    return unreadable;
  } finally {
    descent.ancestors.pop();
  }
}

function plainContents(value: object, descent: Descent): unknown {
  if (value instanceof Uint8Array) {
    return value.length <= valueLimits.textLength ? value.slice() : `(${value.length} bytes)`;
  }
  if (isList(value)) return plainList(value, descent);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error) return boundedText(`${value.name}: ${value.message}`);
  return plainProperties(value as Readonly<Record<string, unknown>>, descent);
}

function plainList(list: ArrayLike<unknown>, descent: Descent): unknown[] {
  const copy: unknown[] = [];
  for (let i = 0; i < list.length; i++) {
    if (isExhausted(descent)) {
      copy.push(truncated);
      break;
    }
    copy.push(plainPart(list[i], descent));
  }
  return copy;
}

function plainProperties(object: Readonly<Record<string, unknown>>, descent: Descent): object {
  const copy: Record<string, unknown> = {};
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue;
    if (isExhausted(descent)) {
      setProperty(copy, boundedText(key), truncated);
      break;
    }
    descent.length += key.length;
    const value = readProperty(object, key);
    if (value !== undefined) setProperty(copy, boundedText(key), plainPart(value, descent));
  }
  return copy;
}

function plainPart(value: unknown, descent: Descent): unknown {
  descent.items++;
  if (typeof value === "object" && value !== null) return plainObject(value, descent);
  const plain = plainPrimitive(value);
  if (typeof plain === "string") descent.length += plain.length;
  return plain;
}

const isExhausted = ({ items, length }: Descent) =>
  items >= valueLimits.items || length >= valueLimits.totalLength;
