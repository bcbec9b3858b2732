import { type Bindings as Fields, type ChildLoggerOptions, type LogFn, pino } from "pino";
import { warnOnce } from "../diagnostics.ts";
import { boundedText } from "../otlp/plain.ts";
import type { LogCore } from "./core.ts";
import { Bindings, bodyOf, type Serializers } from "./fields.ts";
import { descent, jsonOf } from "./json.ts";
import { levelNumbers } from "./level.ts";
import { Redaction } from "./redaction.ts";

/** What pino's loggers do not have. */
interface Auditing {
  /**
   * Writes what must be provable later: whatever the level, out of the process when this returns, marked `"audit":true`.
   * @param event The line's message, e.g. `user.deleted`.
   */
  audit(event: string, fields?: object): void;
}

/**
 * A logger of pino's whose lines tell service, environment, tenant and the active span, and no secrets. Its recording calls
 * never throw. Before `initialize()` and after `shutdown()` it writes nothing; what was obtained before, children too,
 * writes from `initialize()` on. A child that was given no level follows its parent's, also when that changes.
 */
export type Logger = Omit<pino.Logger, "child"> &
  Auditing & {
    /** A logger that adds `fields` to its lines. `options`: `level`, `msgPrefix`, `serializers`, `customLevels`. */
    child<Levels extends string = never>(
      fields: Fields,
      options?: ChildLoggerOptions<Levels>,
    ): pino.Logger<Levels> & Auditing;
  };

/** The process's logger, as the manager holds it. */
export type LoggerFacade = Logger & {
  attach(core: LogCore): void;
  detach(): void;
  /** Whether its lines are telemetry: they go anywhere but to stdout. */
  isDelivered(): boolean;
};

const bindingsKey = Symbol("bindings");

type ChildOptions = ChildLoggerOptions<string>;

/** A logger from inside: what pino names by symbols for those who integrate it, and what is added here. */
interface Internals extends Pick<pino.Logger, "level" | "levels"> {
  [pino.symbols.serializersSym]: Serializers;
  [pino.symbols.formatOptsSym]: { stringify(value: unknown): string };
  [pino.symbols.asJsonSym](fields: object, message: unknown, level: number): string;
  [bindingsKey]: Bindings;
  child(fields: object, options?: ChildOptions): Internals;
  bindings(): object;
  setBindings(fields: object): void;
  audit(event: string, fields?: object): void;
  attach(core: LogCore): void;
  detach(): void;
  isDelivered(): boolean;
}

/** A log call's values, when they are read, may make log calls, and so on; deeper ones are not written. */
const deepestCall = 4;

/** A logger that is attached to nothing yet. */
export function createLogger(): LoggerFacade {
  let core: LogCore | undefined;
  let depth = 0;
  /** The level of the line that pino is about to write. */
  let lineLevel = 0;

  const root = pino(
    {
      level: "silent",
      base: null,
      timestamp: false,
      // An error is written as one wherever it stands.
      serializers: { ...pino.stdSerializers, err: (error: unknown) => error },
      hooks: { logMethod },
    },
    { write: (line) => core?.write(line, lineLevel, lineLevel >= levelNumbers.fatal) },
  ) as unknown as Internals;

  function logMethod(this: pino.Logger, args: Parameters<LogFn>, log: LogFn, level: number): void {
    const attached = core;
    if (!attached?.admits(level) || depth === deepestCall) return;
    depth++;
    try {
      log.apply(this, args);
    } catch {
      const message = args.find((arg) => typeof arg === "string") ?? "(unreadable)";
      writeAlone(attached, this as unknown as Internals, message, level);
    } finally {
      depth--;
    }
  }

  root[bindingsKey] = new Bindings(new Redaction([]));

  root[pino.symbols.asJsonSym] = function (this: Internals, fields, message, level) {
    if (!core) return "";
    const line = lineOf(core, this, fields, message, level);
    lineLevel = level;
    return line;
  };

  root[pino.symbols.formatOptsSym] = {
    stringify: (value) => (core && jsonOf(value, core.redaction.root, descent())) ?? "",
  };

  const pinosChild = root.child;
  root.child = function (this: Internals, fields, options) {
    let child: Internals;
    try {
      child = pinosChild.call(this, {}, supported(options));
    } catch (error) {
      warnOnce("logger-child", `a child logger's options are ignored: ${boundedText(error)}`);
      child = pinosChild.call(this, {});
    }
    child.setBindings(fields);
    return child;
  };

  root.setBindings = function (this: Internals, fields) {
    try {
      const known = core ? this[bindingsKey].under(core.redaction) : this[bindingsKey];
      this[bindingsKey] = known.with(fields, this[pino.symbols.serializersSym]);
    } catch {
      // The names of the fields cannot be read.
    }
  };

  root.bindings = function (this: Internals) {
    return this[bindingsKey].toObject();
  };

  root.audit = function (this: Internals, event, fields = {}) {
    const attached = core;
    if (!attached || depth === deepestCall) return;
    const message = boundedText(event);
    depth++;
    try {
      attached.write(
        lineOf(attached, this, fields, message, levelNumbers.info, true),
        levelNumbers.info,
        true,
      );
    } catch {
      writeAlone(attached, this, message, levelNumbers.info, true);
    } finally {
      depth--;
    }
  };

  root.attach = (to) => {
    core = to;
    root.level = to.level;
  };

  root.detach = () => {
    core = undefined;
    root.level = "silent";
  };

  root.isDelivered = () => core?.isDelivered ?? false;

  return root as unknown as LoggerFacade;
}

/** Writes a message without the fields that could not be read. */
function writeAlone(core: LogCore, logger: Internals, message: string, level: number, isAudit = false): void {
  try {
    core.write(
      lineOf(core, logger, {}, message, level, isAudit),
      level,
      isAudit || level >= levelNumbers.fatal,
    );
  } catch {
    core.lose(1);
  }
}

/** Of pino's options for children those that have a meaning here; one that is absent must not be there at all. */
function supported(options: ChildOptions | undefined): ChildOptions | undefined {
  if (!options) return undefined;
  const { level, msgPrefix, serializers, customLevels } = options;
  return {
    ...(level && { level }),
    ...(msgPrefix && { msgPrefix }),
    ...(serializers && { serializers }),
    ...(customLevels && { customLevels }),
  };
}

/** @throws when the fields cannot be read. */
function lineOf(
  core: LogCore,
  logger: Internals,
  fields: object,
  message: unknown,
  level: number,
  isAudit = false,
): string {
  let bindings = logger[bindingsKey];
  // It was made before the app's own rules were known.
  if (bindings.redaction !== core.redaction) bindings = logger[bindingsKey] = bindings.under(core.redaction);
  const head = core.head(logger.levels.labels[level] ?? `${level}`, isAudit);
  return head + bodyOf(bindings, fields, logger[pino.symbols.serializersSym], message);
}
