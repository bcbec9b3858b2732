import { inspect } from "node:util";
import type { OperationNode, Path, Token } from "./graphql-types.ts";

const longestText = 4_096;
const mask = "*";

/** Values that a client writes into a document. */
const literals = new Set(["Int", "Float", "String", "BlockString"]);

const maskedDocuments = new WeakMap<OperationNode, string>();

/**
 * The operation as the client wrote it, without comments and with each literal value masked, unless `withValues`; undefined if
 * the parser did not keep it.
 */
export function documentOf(operation: OperationNode, withValues: boolean): string | undefined {
  const { loc } = operation;
  if (!loc) return undefined;
  if (withValues) return loc.source.body.slice(loc.startToken.start, loc.endToken.end).slice(0, longestText);
  const known = maskedDocuments.get(operation);
  if (known !== undefined) return known;
  const masked = maskedDocument(loc);
  maskedDocuments.set(operation, masked);
  return masked;
}

function maskedDocument({ startToken, endToken, source }: NonNullable<OperationNode["loc"]>): string {
  let text = "";
  let end = startToken.start;
  for (let token: Token | null = startToken; token && text.length < longestText; token = token.next) {
    text += source.body.slice(end, token.start);
    if (literals.has(token.kind)) text += mask;
    else if (token.kind !== "Comment") text += source.body.slice(token.start, token.end);
    end = token.end;
    if (token === endToken) break;
  }
  return text.slice(0, longestText);
}

/** The arguments of a field, their values masked unless `withValues`; undefined if it has none. */
export function argumentsOf(args: unknown, withValues: boolean): string | undefined {
  if (typeof args !== "object" || args === null) return undefined;
  if (withValues) return inspect({ ...args }, inspectOptions).slice(0, longestText);
  let text = "";
  for (const name in args) text += `${text === "" ? "" : ", "}${name}: ${mask}`;
  return text === "" ? undefined : `{ ${text} }`;
}

/** Runs no code of the app's, and is bounded. */
const inspectOptions = {
  depth: 3,
  maxArrayLength: 10,
  maxStringLength: 200,
  breakLength: Infinity,
  customInspect: false,
  getters: false,
} as const;

/** Where a field is in the response, e.g. `devices.0.name`. */
export function pathOf(path: Path): string {
  return path.prev ? `${pathOf(path.prev)}.${path.key}` : String(path.key);
}
