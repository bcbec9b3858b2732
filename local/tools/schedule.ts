export interface Job {
  /** Jobs of one group run one after another: they share most of their work through the build cache. */
  group: string;
  memoryMiB: number;
  run: () => Promise<void>;
}

export interface Capacity {
  cores: number;
  memoryMiB: number;
}

/**
 * Runs all jobs, several at a time as far as cores and memory allow; one that is larger than the machine runs alone.
 * After a failure no further job begins; the first error is thrown when the running ones have ended.
 */
export async function runWithin(capacity: Capacity, jobs: readonly Job[]): Promise<void> {
  const waiting = [...jobs];
  const running = new Map<Job, Promise<void>>();
  const failures: unknown[] = [];

  const fits = (job: Job): boolean => {
    const others = [...running.keys()];
    if (others.some(({ group }) => group === job.group)) return false;
    const usedMiB = others.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);
    return (
      others.length === 0 || (others.length < capacity.cores && usedMiB + job.memoryMiB <= capacity.memoryMiB)
    );
  };
  const begin = (job: Job): void => {
    waiting.splice(waiting.indexOf(job), 1);
    const ended = job
      .run()
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(job));
    running.set(job, ended);
  };

  while (running.size > 0 || (waiting.length > 0 && failures.length === 0)) {
    for (let next = waiting.find(fits); next && failures.length === 0; next = waiting.find(fits)) begin(next);
    await Promise.race(running.values());
  }
  if (failures.length > 0) throw failures[0];
}
