/** What a value of an option must be. */
export interface Kind<Value> {
  /** Said to whoever gave something else. */
  readonly expected: string;
  /** The value in its final form; `undefined` when it is not of this kind. */
  accept(value: unknown): Value | undefined;
  /** What the text of an environment variable stands for; judged by `accept`. */
  read(text: string): unknown;
}

const asIs = (text: string) => text;

export const text = (pattern: RegExp, expected: string): Kind<string> => ({
  expected,
  accept: (value) => (typeof value === "string" && pattern.test(value) ? value : undefined),
  read: asIs,
});

export const flag: Kind<boolean> = {
  expected: "true or false",
  accept: (value) => (typeof value === "boolean" ? value : undefined),
  read: (text) => ({ true: true, "1": true, false: false, "0": false })[text.trim().toLowerCase()],
};

export const number = (min: number, max: number, expected: string): Kind<number> => ({
  expected,
  accept: (value) => (typeof value === "number" && value >= min && value <= max ? value : undefined),
  read: (text) => (text.trim() === "" ? undefined : Number(text)),
});

export const integer = (min: number, max: number, unit: string): Kind<number> => {
  const kind = number(min, max, `a whole number of ${unit} from ${min} to ${max}`);
  return {
    ...kind,
    accept: (value) => (Number.isSafeInteger(value) ? kind.accept(value) : undefined),
  };
};

export const choice = <const Choices extends readonly string[]>(
  ...choices: Choices
): Kind<Choices[number]> => ({
  expected: `one of ${choices.join(", ")}`,
  accept: (value) => choices.find((one) => one === value),
  read: (text) => text.trim(),
});

/** An absolute http or https URL, without a slash at its end. Credentials in it would end up in logs. */
export const url: Kind<string> = {
  expected: "an http:// or https:// URL without user, password, query and fragment",
  accept(value) {
    const parsed = typeof value === "string" ? URL.parse(value) : null;
    if (!parsed || !/^https?:$/.test(parsed.protocol)) return undefined;
    if (parsed.username || parsed.password || parsed.search || parsed.hash) return undefined;
    return parsed.href.replace(/\/+$/, "");
  },
  read: (text) => text.trim(),
};

export const list = (item: Kind<string>): Kind<readonly string[]> => ({
  expected: `a list, each ${item.expected}`,
  accept: (value) =>
    Array.isArray(value) && value.every((one) => item.accept(one) !== undefined)
      ? value.map(String)
      : undefined,
  read: (text) =>
    text
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== ""),
});

/** `name=value` pairs, percent-encoded in the environment. Source: W3C Baggage, as OTEL_EXPORTER_OTLP_HEADERS has it. */
export const pairs = (name: RegExp, expected: string): Kind<Readonly<Record<string, string>>> => ({
  expected,
  accept: (value) =>
    isRecord(value) && Object.entries(value).every(([key, one]) => name.test(key) && isHeaderSafe(one))
      ? (value as Record<string, string>)
      : undefined,
  read(text) {
    const entries = text
      .split(",")
      .filter((pair) => pair.trim() !== "")
      .map((pair) => pair.split(/=(.*)/s, 2).map((part) => decode(part.trim())));
    return entries.every(([, value]) => value !== undefined) ? Object.fromEntries(entries) : undefined;
  },
});

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isHeaderSafe = (value: unknown) => typeof value === "string" && !/[\r\n\0]/.test(value);

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whatever the caller gives; it cannot come from the environment. */
export const given = <Value>(test: (value: unknown) => boolean, expected: string): Kind<Value> => ({
  expected,
  accept: (value) => (test(value) ? (value as Value) : undefined),
  read: () => undefined,
});
