import type { Ports } from "../../../ports.ts";
import type { Services, ServiceState } from "../../../processes.ts";
import { type Usage, usageOf } from "./usage.ts";

/** A program that has ended though nobody stopped it. */
export interface Crash {
  name: string;
  /** In milliseconds since 1970. */
  noticedAt: number;
  /** The last lines of its log. */
  lastWords: string;
  /** The path of its log. */
  log: string;
}

export interface ProgramState {
  name: string;
  state: "running" | "ended";
  pid: number;
  /** When it had come up, in milliseconds since 1970. */
  readyAt: number;
  /** Addresses on this machine, by what they are for. */
  addresses: Record<string, string>;
  memoryBytes?: number;
  /** Of the last seconds, in processors. */
  cpu?: number;
  crash?: Crash;
}

const mostCrashes = 100;
/** Of a program's last words. */
const mostLines = 10;
/** Shorter, and the processors' share would jump. */
const measuredEveryMs = 5000;

interface Measured extends Usage {
  cpu?: number;
}

/** Looks after the processes of an environment, and notices when one ends. */
export class Watch {
  readonly #services: Services;
  readonly #ports: Ports;
  readonly #onCrash: (crash: Crash) => void;
  /** Those that were gone when it last looked, and those which are known to have crashed; by `key`. */
  #gone = new Set<string>();
  #crashed = new Map<string, Crash>();
  #measured = new Map<number, Measured>();
  #measuredAt = 0;
  /** By name. */
  programs: ProgramState[] = [];
  /** Of this desk's time, newest first. */
  crashes: Crash[] = [];

  constructor(services: Services, ports: Ports, onCrash: (crash: Crash) => void) {
    this.#services = services;
    this.#ports = ports;
    this.#onCrash = onCrash;
  }

  look(now = Date.now()): void {
    const states = this.#services.states();
    this.#noticeCrashes(states, now);
    if (now - this.#measuredAt >= measuredEveryMs) this.#measure(states, now);
    this.programs = states.map((state) => {
      const { memoryBytes, cpu } = (state.isRunning ? this.#measured.get(state.pid) : undefined) ?? {};
      const crash = this.#crashed.get(keyOf(state));
      return {
        name: state.name,
        state: state.isRunning ? "running" : "ended",
        pid: state.pid,
        readyAt: state.readyAt,
        addresses: this.#addressesOf(state.name, states),
        ...(memoryBytes === undefined ? {} : { memoryBytes }),
        ...(cpu === undefined ? {} : { cpu }),
        ...(crash ? { crash } : {}),
      };
    });
  }

  #measure(states: readonly ServiceState[], now: number): void {
    const seconds = (now - this.#measuredAt) / 1000;
    const usage = usageOf(states.filter(({ isRunning }) => isRunning).map(({ pid }) => pid));
    const measured = [...usage].map(([pid, used]): [number, Measured] => {
      const before = this.#measured.get(pid);
      const cpu = before && Math.max(0, used.cpuSeconds - before.cpuSeconds) / seconds;
      return [pid, { ...used, ...(cpu === undefined ? {} : { cpu }) }];
    });
    this.#measured = new Map(measured);
    this.#measuredAt = now;
  }

  /** Whoever stops a service ends its process first and removes its record then: gone for good is what is gone twice. */
  #noticeCrashes(states: readonly ServiceState[], now: number): void {
    const gone = states.filter(({ isRunning }) => !isRunning);
    for (const state of gone) {
      const key = keyOf(state);
      if (!this.#gone.has(key) || this.#crashed.has(key)) continue;
      const { name } = state;
      const lastWords = this.#services.lastWords(name, mostLines);
      const crash = { name, noticedAt: now, lastWords, log: this.#services.logOf(name) };
      this.#crashed.set(key, crash);
      this.crashes = [crash, ...this.crashes].slice(0, mostCrashes);
      this.#onCrash(crash);
    }
    this.#gone = new Set(gone.map(keyOf));
    for (const key of this.#crashed.keys()) if (!this.#gone.has(key)) this.#crashed.delete(key);
  }

  /** Ports are named after their program; of two whose names begin alike, it is the longer one's. */
  #addressesOf(program: string, states: readonly ServiceState[]): Record<string, string> {
    const ownerOf = (port: string) =>
      states
        .map(({ name }) => name)
        .filter((name) => port === name || port.startsWith(`${name}-`))
        .toSorted((a, b) => b.length - a.length)[0];
    return Object.fromEntries(
      Object.entries(this.#ports.all())
        .filter(([port]) => ownerOf(port) === program)
        .map(([port, number]) => [port.slice(program.length + 1), `127.0.0.1:${number}`]),
    );
  }
}

const keyOf = ({ name, pid, startTicks }: ServiceState): string => `${name} ${pid} ${startTicks}`;
