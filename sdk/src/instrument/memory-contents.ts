/** Lists of records go by these names in the results of memory systems. */
const listNames = ["results", "memories", "records"] as const;

/** The records in what an operation returned; undefined when it holds no list. */
export function recordsIn(result: unknown): readonly unknown[] | undefined {
  try {
    if (Array.isArray(result)) return result;
    if (typeof result !== "object" || result === null) return undefined;
    const held = result as Readonly<Record<string, unknown>>;
    return listNames.map((name) => held[name]).find((value) => Array.isArray(value));
  } catch {
    return undefined;
  }
}

/** Contents as JSON, whatever they are: what cannot be written says so. */
export function jsonOfContents(contents: unknown): string {
  try {
    return JSON.stringify(contents, withoutBigInts) ?? "null";
  } catch {
    return '"(cannot be written)"';
  }
}

const withoutBigInts = (_: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
