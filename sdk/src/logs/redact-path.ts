/** One step of a path into what is logged. */
export interface Segment {
  matches(key: string): boolean;
  /** Stands for any number of steps, none included. */
  readonly anyDepth?: true;
}

const any: Segment = { matches: () => true };
const anyDepth: Segment = { matches: () => true, anyDepth: true };

function named(name: string): Segment {
  const lowerCase = name.toLowerCase();
  return { matches: (key) => key.toLowerCase() === lowerCase };
}

/** `a` or `.a`, `*`, `**`; `[0]`, `[*]`; `["a.b"]`. */
const step =
  /(?:^|(?<!^)\.)(?<name>\*\*?|[^.[\]*"']+)|\[(?<index>\*|\d+)\]|\[(?<quote>["'])(?<quoted>.+?)\k<quote>\]/y;

/**
 * What a redaction path stands for; `undefined` when it is none.
 *
 * A path is made of names with dots between, e.g. `user.address.street`. `*` is any one name or index, `**` any number of
 * them, none included. A name with a dot or a bracket in it is written as `["a.b"]`. An index is written as `items[0]` or
 * `items.0`, and may be left out: `users.email` covers the email of each user in a list. Letters count without their case.
 */
export function parseRedactPath(path: string): readonly Segment[] | undefined {
  const segments: Segment[] = [];
  step.lastIndex = 0;
  while (step.lastIndex < path.length) {
    const groups = step.exec(path)?.groups;
    if (!groups) return undefined;
    const { name, index, quoted } = groups;
    if (name === "**") segments.push(anyDepth);
    else if (name === "*" || index === "*") segments.push(any);
    else segments.push(named(quoted ?? index ?? name ?? ""));
  }
  return segments.length > 0 ? segments : undefined;
}

/** Endings of names that hold secrets, without regard to case, `-`, `_` and `.`: `dbPassword`, `x-api-key`, `access_token`. */
export const secretEndings = [
  "password",
  "passwords",
  "passwd",
  "passphrase",
  "pwd",
  "secret",
  "secrets",
  "token",
  "apikey",
  "apikeys",
  "accesskey",
  "secretkey",
  "privatekey",
  "authorization",
  "cookie",
  "cookies",
  "credential",
  "credentials",
  "sessionid",
  "jwt",
  "cardnumber",
  "creditcard",
  "cvv",
  "cvc",
] as const;

/** Names under which node:http keeps headers as they went over the wire. */
const rawHeaders = new Set(["rawheaders", "_header", "rawtrailers"]);

/** What is redacted without being asked for: secrets, at any depth. */
export const secretsAnywhere: readonly Segment[] = [
  anyDepth,
  {
    matches(key) {
      const lowerCase = key.toLowerCase();
      const bare = lowerCase.replaceAll(/[^a-z0-9]/g, "");
      return rawHeaders.has(lowerCase) || secretEndings.some((ending) => bare.endsWith(ending));
    },
  },
];
