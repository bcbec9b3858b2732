import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** What each process of the bench is asked, and what it answers. */
export interface Questions {
  backend: { listen: { url: string }; refuse: null; arrived: Arrived };
  app: { measure: null; measured: Measured; finish: Made };
  idle: { measure: null; measured: Pick<Measured, "eventLoopP99Ms"> };
}

export const numbered = ["traces", "logs"] as const;
type PerSignal = Readonly<Record<(typeof numbered)[number], number>>;

/** What the app has made in all. */
export interface Made {
  items: PerSignal;
  metricUpdates: number;
  counts: Counts;
}

export interface Counts {
  produced: PerSignal;
  delivered: PerSignal;
  /** Whatever the reason. */
  dropped: PerSignal;
  waiting: PerSignal;
}

/** What the app was like since it was told to measure. */
export interface Measured {
  eventLoopP99Ms: number;
  /** The largest that was seen. */
  rssBytes: number;
  counts: Counts;
}

/** What the backend has acknowledged. */
export interface Arrived {
  distinct: PerSignal;
  /** That came more than once. */
  again: PerSignal;
  metricUpdates: number;
}

/** A process that answers one question after the other. */
export class Asked<Name extends keyof Questions> {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start<Name extends keyof Questions>(
    name: Name,
    env: NodeJS.ProcessEnv = {},
  ): Promise<Asked<Name>> {
    const child = fork(join(import.meta.dirname, `${name}.ts`), {
      env: { ...process.env, ...env },
      // The app's log lines on stdout are of no interest here.
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    await once(child, "message");
    return new Asked(child);
  }

  async ask<Question extends keyof Questions[Name]>(question: Question): Promise<Questions[Name][Question]> {
    const ended = once(this.#child, "exit").then(([code]) => {
      throw new Error(`The bench's ${this.#child.spawnfile} ended with ${code} instead of an answer.`);
    });
    this.#child.send(question as string);
    return Promise.race([once(this.#child, "message").then(([answer]) => answer), ended]);
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}

/** In the process that is asked. */
export function answer<Name extends keyof Questions>(answers: {
  [Question in keyof Questions[Name]]: () => Questions[Name][Question] | Promise<Questions[Name][Question]>;
}): void {
  process.on("message", (question) => {
    void Promise.resolve(answers[question as keyof Questions[Name]]()).then((said) =>
      process.send?.(said ?? {}),
    );
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.("ready");
}
