import { spawn } from "node:child_process";
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "./errors.ts";
import { readJson, writeWhole } from "./files.ts";

/** One process, told apart from a later one that happens to get the same number. */
export interface ProcessRecord {
  pid: number;
  /** When the kernel started it, in clock ticks since boot. */
  startTicks: string;
}

/**
 * The start of a running process in clock ticks since boot; undefined when there is none. A zombie counts as none, unless other
 * threads of it are still about to end: until they have, its ports and files are taken. Fields: proc_pid_stat(5).
 */
function startTicksOf(pid: number): string | undefined {
  const { state, threads, startTicks } = statOf(pid) ?? {};
  return state === "Z" && Number(threads) <= 1 ? undefined : startTicks;
}

function statOf(pid: number) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command may hold spaces and brackets: the fields are counted after its last bracket.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0], session: Number(fields[3]), threads: fields[17], startTicks: fields[19] };
  } catch {
    return undefined;
  }
}

/** A record of the running process `pid`. */
export function recordOf(pid: number): ProcessRecord | undefined {
  const startTicks = startTicksOf(pid);
  return startTicks === undefined ? undefined : { pid, startTicks };
}

/** The command line of a running process; empty when there is none. */
export function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/** The running processes that were started with the environment variable `name`, and its value. */
export function markedProcesses(name: string): (ProcessRecord & { mark: string })[] {
  const prefix = `${name}=`;
  return processIds().flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      const mark = environment.find((line) => line.startsWith(prefix))?.slice(prefix.length);
      const record = recordOf(pid);
      return mark !== undefined && record ? [{ ...record, mark }] : [];
    } catch {
      // It has ended meanwhile, or belongs to somebody else.
      return [];
    }
  });
}

const processIds = (): number[] =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);

/** The program that a running process executes; undefined when there is none. */
function programOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

export const isRunning = ({ pid, startTicks }: ProcessRecord): boolean => startTicksOf(pid) === startTicks;

/** Waits until `condition` holds; false when it did not within the time. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeoutSeconds: number,
  everyMilliseconds = 50,
): Promise<boolean> {
  const end = Date.now() + timeoutSeconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) return false;
    await delay(everyMilliseconds);
  }
  return true;
}

/** Ends a service: asks first, and after `graceSeconds` does not ask any more. */
async function end(record: ServiceRecord, graceSeconds = 5): Promise<void> {
  if (isRunning(record)) {
    process.kill(record.pid, record.stopSignal ?? "SIGTERM");
    if (!(await waitUntil(() => !isRunning(record), graceSeconds))) {
      process.kill(record.pid, "SIGKILL");
      await waitUntil(() => !isRunning(record), 5);
    }
  }
  const left = leftBehind(record);
  for (const other of left) if (isRunning(other)) process.kill(other.pid, "SIGKILL");
  await waitUntil(() => !left.some(isRunning), 5);
}

/**
 * What runs on when a service was killed, and holds its ports: nginx's workers do. A service leads a session of its own; what it
 * has started there executes the same program.
 */
function leftBehind({ pid: session, program }: ServiceRecord): ProcessRecord[] {
  if (program === undefined) return [];
  return processIds()
    .filter((pid) => statOf(pid)?.session === session && programOf(pid) === program)
    .flatMap((pid) => recordOf(pid) ?? []);
}

export interface ServiceCommand {
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  /** What asks it to end. Default: SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** Whether it has come up; a rejection counts as no. */
  isReady: () => Promise<boolean>;
}

interface ServiceRecord extends ProcessRecord, Pick<ServiceCommand, "stopSignal"> {
  /** Path of what it executes. */
  program?: string;
}

/** A service that was started and not stopped since. */
export interface ServiceState extends ProcessRecord {
  name: string;
  /** When it had come up, in milliseconds since 1970. */
  readyAt: number;
  isRunning: boolean;
}

const readySeconds = 60;
/** Of a log, as much of its end is read for its last lines. */
const lastWordsBytes = 2 ** 16;
/** The environment variable by which a service is found that a killed command had begun to start. */
const serviceVariable = "AUTOWEAVE_SERVICE";

/** The long-running processes of an environment, which outlive the command that starts them. */
export class Services {
  readonly #records: string;
  readonly #logs: string;

  constructor(environment: string) {
    this.#records = join(environment, "processes");
    this.#logs = join(environment, "logs");
  }

  logOf = (name: string): string => join(this.#logs, `${name}.log`);

  running(name: string): boolean {
    const record = readJson<ProcessRecord>(this.#recordOf(name));
    return record !== undefined && isRunning(record);
  }

  /**
   * Starts the service with a fresh log, and returns when it is ready: only then is it known as running. Throws when its
   * program cannot be executed, and a UserError when it does not come up.
   */
  async start(name: string, { command, args, env, stopSignal, isReady }: ServiceCommand): Promise<void> {
    mkdirSync(this.#logs, { recursive: true });
    const log = openSync(this.logOf(name), "w");
    try {
      const child = spawn(command, args, {
        detached: true,
        stdio: ["ignore", log, log],
        env: { ...process.env, ...env, [serviceVariable]: this.#markOf(name) },
      });
      const pid = await new Promise<number>((done, fail) => {
        child.once("error", fail);
        child.once("spawn", () => done(child.pid as number));
      });
      child.unref();
      const record = recordOf(pid);
      const isUp = () => record !== undefined && isRunning(record);
      let answers = false;
      await waitUntil(async () => {
        answers = await isReady().catch(() => false);
        return answers || !isUp();
      }, readySeconds);
      // What answers may be another program in its place.
      const service = record && { ...record, stopSignal, program: programOf(pid) };
      if (service && answers && isUp()) {
        writeWhole(this.#recordOf(name), JSON.stringify(service));
        return;
      }
      if (service) await end(service);
    } finally {
      closeSync(log);
    }
    throw new UserError(
      `${name} does not come up:\n${this.lastWords(name)}`,
      `See ${this.logOf(name)}; \`npm stop\` and \`npm start\` begin again with the same data.`,
    );
  }

  async stop(name: string): Promise<void> {
    const record = readJson<ServiceRecord>(this.#recordOf(name));
    if (record) await end(record);
    rmSync(this.#recordOf(name), { force: true });
  }

  /**
   * Ends the services that a killed command had begun to start, and what killed services have left behind. Not while another
   * command starts some.
   */
  async endUnfinished(): Promise<void> {
    const known = this.started().flatMap((name) => readJson<ServiceRecord>(this.#recordOf(name)) ?? []);
    const unfinished = markedProcesses(serviceVariable).filter(
      ({ pid, mark }) => mark.startsWith(this.#markOf("")) && !known.some((record) => record.pid === pid),
    );
    const killed = known.filter((record) => !isRunning(record));
    await Promise.all([...unfinished, ...killed].map((record) => end(record)));
  }

  #recordOf = (name: string): string => join(this.#records, `${name}.json`);

  #markOf = (name: string): string => join(this.#records, "/") + name;

  /** The names of the services that were started and not stopped since, running or not. */
  started(): string[] {
    try {
      return readdirSync(this.#records)
        .filter((file) => file.endsWith(".json"))
        .map((file) => basename(file, ".json"));
    } catch {
      return [];
    }
  }

  /** Those that were started and not stopped since, by name. */
  states(): ServiceState[] {
    return this.started()
      .toSorted()
      .flatMap((name) => {
        const record = readJson<ProcessRecord>(this.#recordOf(name));
        const written = statSync(this.#recordOf(name), { throwIfNoEntry: false });
        return record && written
          ? [{ name, ...record, readyAt: written.mtimeMs, isRunning: isRunning(record) }]
          : [];
      });
  }

  /** The last lines of a service's log, for an error message. */
  lastWords(name: string, lines = 5): string {
    try {
      return endOf(this.logOf(name), lastWordsBytes).trimEnd().split("\n").slice(-lines).join("\n");
    } catch {
      return "(no log)";
    }
  }
}

function endOf(path: string, mostBytes: number): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, mostBytes));
    readSync(file, bytes, { position: size - bytes.length });
    return bytes.toString();
  } finally {
    closeSync(file);
  }
}
