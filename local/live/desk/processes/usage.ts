import { readdirSync, readFileSync } from "node:fs";

/** What a program needs, with the processes that it has started. */
export interface Usage {
  memoryBytes: number;
  /** Processor time since each process began, in seconds. */
  cpuSeconds: number;
}

/** Of `/proc/<pid>/stat`, which counts in ticks of a hundredth of a second on every Linux. */
const ticksPerSecond = 100;
/** Of `/proc/<pid>/statm`. */
const pageBytes = 4096;

interface Process {
  pid: number;
  parent: number;
  cpuSeconds: number;
}

function processOf(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command may hold spaces and brackets: the fields are counted after its last bracket.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
    return { pid, parent: parent ?? 0, cpuSeconds: ((user ?? 0) + (system ?? 0)) / ticksPerSecond };
  } catch {
    return undefined;
  }
}

/** Memory that only this process holds, and what it may share with others. */
function memoryOf(pid: number): { own: number; shared: number } {
  try {
    const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ").map(Number);
    return { own: (resident - shared) * pageBytes, shared: shared * pageBytes };
  } catch {
    return { own: 0, shared: 0 };
  }
}

/** What the programs with these processes need now. What the processes of one program share is counted once. */
export function usageOf(pids: readonly number[]): Map<number, Usage> {
  const processes = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => processOf(Number(entry)) ?? []);
  const children = Map.groupBy(processes, ({ parent }) => parent);
  const tree = (process: Process): Process[] => [
    process,
    ...(children.get(process.pid) ?? []).filter(({ pid }) => !pids.includes(pid)).flatMap(tree),
  ];
  return new Map(
    processes
      .filter(({ pid }) => pids.includes(pid))
      .map((process) => {
        const members = tree(process);
        const memory = members.map(({ pid }) => memoryOf(pid));
        return [
          process.pid,
          {
            memoryBytes:
              memory.reduce((sum, { own }) => sum + own, 0) + Math.max(...memory.map(({ shared }) => shared)),
            cpuSeconds: members.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
          },
        ];
      }),
  );
}
