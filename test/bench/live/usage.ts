import { readFileSync } from "node:fs";

/** Of one program, its child processes included. */
export interface Usage {
  cpuSeconds: number;
  /** Memory that no file backs: what its container must have room for. */
  anonymousBytes: number;
  /** With the pages of files that are mapped. */
  rssBytes: number;
}

/** Of the kernel's clock, as /proc tells time in. Source: sysconf(_SC_CLK_TCK), 100 on every architecture that Linux has now. */
const ticksPerSecond = 100;

/** What the process of a program and those that it started have used until now. */
function usageOf(pid: number): Usage {
  const processes = [pid, ...childrenOf(pid)].map(usageOfOne);
  const sum = (read: (usage: Usage) => number) => processes.reduce((total, one) => total + read(one), 0);
  return {
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    anonymousBytes: sum(({ anonymousBytes }) => anonymousBytes),
    rssBytes: sum(({ rssBytes }) => rssBytes),
  };
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);

function usageOfOne(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The command may hold spaces and brackets: the fields are counted after its last bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const bytesOf = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? NaN) * 1024;
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    anonymousBytes: bytesOf("RssAnon"),
    rssBytes: bytesOf("VmRSS"),
  };
}

/** Of one program over some time. */
export interface Used {
  cpuPerSecond: number;
  peakAnonymousBytes: number;
  peakRssBytes: number;
}

const everyMs = 1_000;

interface Watched {
  name: string;
  pid: number;
}

/** Watches processes from its making on. */
export class UsageWatch {
  readonly #watched: (Watched & { first: Usage; peak: Usage })[];
  readonly #began = performance.now();
  #seconds = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(processes: readonly Watched[]) {
    this.#watched = processes.map(({ name, pid }) => ({
      name,
      pid,
      first: usageOf(pid),
      peak: usageOf(pid),
    }));
    this.#timer = setInterval(() => this.#look(), everyMs);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#look();
    this.#seconds = (performance.now() - this.#began) / 1000;
  }

  /** What each has used until the end, by name. */
  get used(): Record<string, Used> {
    return Object.fromEntries(
      this.#watched.map(({ name, first, peak }) => [
        name,
        {
          cpuPerSecond: (peak.cpuSeconds - first.cpuSeconds) / this.#seconds,
          peakAnonymousBytes: peak.anonymousBytes,
          peakRssBytes: peak.rssBytes,
        },
      ]),
    );
  }

  #look(): void {
    for (const one of this.#watched) {
      const now = usageOf(one.pid);
      one.peak = {
        cpuSeconds: Math.max(one.peak.cpuSeconds, now.cpuSeconds),
        anonymousBytes: Math.max(one.peak.anonymousBytes, now.anonymousBytes),
        rssBytes: Math.max(one.peak.rssBytes, now.rssBytes),
      };
    }
  }
}

/** What all processes of the machine have used until now, in seconds of CPU. */
export function machineCpuSeconds(): number {
  const [, ...ticks] = (/^cpu .*$/m.exec(readFileSync("/proc/stat", "utf8"))?.[0] ?? "")
    .split(/\s+/)
    .map(Number);
  // Guests are counted among user and nice already; of the others, the fourth and fifth are idle.
  const busy = ticks.slice(0, 8).filter((_, index) => index !== 3 && index !== 4);
  return busy.reduce((sum, each) => sum + each, 0) / ticksPerSecond;
}
