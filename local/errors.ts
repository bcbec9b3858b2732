/** A fault that the user can repair: printed as it is, without a stack trace. */
export class UserError extends Error {
  /** What to do about it, as one sentence or a command. */
  readonly repair: string;

  constructor(what: string, repair: string, options?: ErrorOptions) {
    super(what, options);
    this.name = "UserError";
    this.repair = repair;
  }
}

interface KnownFailure {
  /** What the failed program or system call says. */
  pattern: RegExp;
  what: string;
  repair: string;
}

/** Failures that programs report in their own words, and what they mean to the user of this environment. */
const knownFailures: readonly KnownFailure[] = [
  {
    pattern: /no space left on device|ENOSPC/i,
    what: "The disk is full",
    repair: "Free some space (the cache folder may be deleted as a whole) and run the command again.",
  },
  {
    pattern: /lookup \S+.*(no such host|server misbehaving)|Could not resolve host|EAI_AGAIN|proxyconnect/i,
    what: "A package registry cannot be reached",
    repair: "Check the network and the proxy settings, then run the command again.",
  },
];

/** The known failure that `output` speaks of, as an error for the user; `where` names the program that said it. */
export function explain(output: string, where: string): UserError | undefined {
  const known = knownFailures.find(({ pattern }) => pattern.test(output));
  return known && new UserError(`${known.what} (seen by ${where}).`, known.repair);
}

/** How an error is shown: a UserError with its repair, anything else with its stack, for it is a fault of ours. */
export function describe(error: unknown): string {
  const known = error instanceof UserError ? error : explain(String(error), "this command");
  if (known) return `✖ ${known.message}\n  → ${known.repair}`;
  return `✖ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
