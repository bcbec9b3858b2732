import { parseArgs } from "node:util";
import {
  faultKinds,
  type FaultKind,
  type FaultName,
  type FaultOrder,
  type FaultSelection,
  readOrder,
} from "../../demo/fault-kinds.ts";
import { UserError } from "../../errors.ts";

/** What `npm run demo` is asked for; nothing: to tell what is wrong on purpose. */
export interface Request {
  /** A fault that is to begin. */
  order?: FaultOrder;
  /** Faults that are to end. */
  stop?: FaultSelection;
}

const seconds = { s: 1, m: 60, h: 3_600 } as const;

/** `90s`, `5m` or `2h` in seconds. Throws a UserError for what is none. */
function readDuration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
  if (amount === undefined) throw new UserError(`--for ${text} is no time.`, "Say how long: 90s, 5m or 2h.");
  return Number(amount) * seconds[unit as keyof typeof seconds];
}

/**
 * Reads the arguments of `npm run demo`.
 * @param tenants those that the app serves.
 * @throws UserError that says what is wrong and how it is right.
 */
export function readArguments(args: readonly string[], tenants: readonly string[]): Request {
  const values = parse(args);
  const { fault, tenant, for: duration, ms, share } = values;
  const named = { ...(fault === undefined ? {} : { fault }), ...(tenant === undefined ? {} : { tenant }) };
  const details = (["for", "ms", "share"] as const).filter((name) => values[name] !== undefined);
  if (values.stop) {
    if (details.length > 0) throw unknown(`--stop takes no --${details.join(", --")}.`);
    return { stop: named };
  }
  if (fault === undefined) {
    if (tenant !== undefined || details.length > 0) throw unknown("No fault is named.");
    return {};
  }
  const given = {
    ...named,
    ...(duration === undefined ? {} : { seconds: readDuration(duration) }),
    ...(ms === undefined ? {} : { ms: Number(ms) }),
    ...(share === undefined ? {} : { share: Number(share) }),
  };
  try {
    return { order: readOrder(given, tenants) };
  } catch (error) {
    throw unknown((error as Error).message);
  }
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  // The stack is read before: it says whose tenants these are.
  const options = { stack: text, fault: text, tenant: text, for: text, ms: text, share: text } as const;
  try {
    return parseArgs({ args: [...args], options: { ...options, stop: { type: "boolean" } } }).values;
  } catch (error) {
    throw unknown((error as Error).message);
  }
}

const unknown = (what: string) => new UserError(what, usage);

/** `usb-slow --tenant T [--ms 110]` */
function formOf(name: FaultName): string {
  const { of, setting }: FaultKind = faultKinds[name];
  return [name, of === "tenant" && "--tenant T", setting && `[--${setting.name} ${setting.default}]`]
    .filter(Boolean)
    .join(" ");
}

const forms = (Object.keys(faultKinds) as FaultName[]).map(formOf);

/** How the command is used. */
export const usage = `npm run demo -- --fault FAULT [--for 5m], FAULT being one of
      ${forms.join("\n      ")}
    npm run demo -- --stop [--fault FAULT] [--tenant T]
    npm run demo     tells what is wrong on purpose`;
