import { UserError } from "./errors.ts";

/** The value of `--name value` or `--name=value` (or of the one-letter form) among the arguments. */
export function optionOf(args: readonly string[], name: string, letter?: string): string | undefined {
  for (const [index, arg] of args.entries()) {
    if (arg === `--${name}` || (letter && arg === `-${letter}`)) return args[index + 1];
    if (arg.startsWith(`--${name}=`)) return arg.slice(name.length + 3);
  }
  return undefined;
}

/** The stack that a command is for: `dev`, `--stack dev`, or the default. Throws a UserError for arguments it does not know. */
export function stackOf(args: readonly string[], usage: string, fallback?: string): string {
  const [first, second] = args.filter((arg) => arg !== "--json");
  const stack = first?.startsWith("-") ? optionOf(args, "stack", "s") : first;
  const known = first === undefined || (stack !== undefined && !stack.startsWith("-"));
  const extra = first === "--stack" || first === "-s" ? args.length > 3 : second !== undefined;
  if (!known || extra) throw new UserError(`Unknown arguments: ${args.join(" ")}`, `Usage: ${usage}`);
  const chosen = stack ?? fallback;
  if (chosen === undefined) throw new UserError("No stack is named.", `Usage: ${usage}`);
  return chosen;
}
