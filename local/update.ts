import { closeSync, existsSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { Environment } from "./environment.ts";
import { failure, type Pulumi } from "./pulumi.ts";
import { step } from "./progress.ts";
import { recovering } from "./recovery.ts";

/** As much of the engine's events as the progress and the errors need. */
interface EngineEvent {
  resOutputsEvent?: { metadata: { op: string; urn: string } };
  diagnosticEvent?: { urn?: string; message: string; severity: string };
  summaryEvent?: { resourceChanges: Record<string, number> };
}

/** Reads a file of one JSON object per line while another process writes it. */
class EventLog {
  readonly #path: string;
  #position = 0;
  #rest = "";
  readonly #decoder = new StringDecoder("utf8");

  constructor(path: string) {
    this.#path = path;
  }

  /** The events written since the last call. */
  next(): EngineEvent[] {
    if (!existsSync(this.#path)) return [];
    const file = openSync(this.#path, "r");
    const buffer = Buffer.alloc(1 << 20);
    for (;;) {
      const size = readSync(file, buffer, 0, buffer.length, this.#position);
      if (size === 0) break;
      this.#position += size;
      this.#rest += this.#decoder.write(buffer.subarray(0, size));
    }
    closeSync(file);
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as EngineEvent);
  }
}

/** How many resources were created, updated and so on, by the engine's names of the operations. */
export type Changes = Record<string, number>;

/**
 * Runs `pulumi up` or `pulumi destroy` with progress, and returns what it changed.
 * Throws a UserError with every error that the update met.
 */
export async function update(
  operation: "up" | "destroy",
  stack: string,
  pulumi: Pulumi,
  environment: Environment,
): Promise<Changes> {
  const path = join(environment.folder, `events-${stack}.jsonl`);
  // A killed command may have left its own.
  rmSync(path, { force: true });
  const log = new EventLog(path);
  const errors: string[] = [];
  let finished = 0;
  let changes: Changes = {};
  const read = (show: (detail: string) => void) => {
    for (const { resOutputsEvent, diagnosticEvent, summaryEvent } of log.next()) {
      if (resOutputsEvent) finished += 1;
      if (diagnosticEvent?.severity === "error")
        errors.push(asLine(diagnosticEvent.urn, diagnosticEvent.message));
      if (summaryEvent) changes = summaryEvent.resourceChanges;
    }
    if (finished > 0) show(`${finished} resources`);
  };
  const title = operation === "up" ? `Deploying ${stack}` : `Destroying ${stack}`;
  try {
    await step(title, async (show) => {
      const options = ["--stack", stack, "--yes", "--skip-preview", "--non-interactive", "--event-log", path];
      const poll = setInterval(() => read(show), 250);
      try {
        await pulumi.withProviders(stack, (env) =>
          recovering(operation, stack, pulumi, environment, env, async () => {
            const done = await pulumi.ask([operation, ...options], env);
            read(show);
            if (done.code === 0) return;
            environment.requireRunning();
            const said = errors.length > 0 ? errors.join("\n") : done.stderr || done.stdout;
            throw failure(`${title} failed`, said);
          }),
        );
      } finally {
        clearInterval(poll);
      }
    });
  } finally {
    rmSync(path, { force: true });
  }
  return changes;
}

/** The engine's message, after the resource's type and name. */
function asLine(urn: string | undefined, message: string): string {
  const [type, name] = urn?.split("::").slice(-2) ?? [];
  // eslint-disable-next-line no-control-regex -- the engine's own markup and the terminal's
  const text = message.replaceAll(/<\{%[a-z ]*%\}>|\x1b\[[0-9;]*m/g, "").trim();
  return type && name && !urn?.includes("pulumi:pulumi:Stack")
    ? `  ${type.split("$").at(-1)} ${name}: ${text}`
    : `  ${text}`;
}

/** "12 created, 3 updated, 310 unchanged". */
export function formatChanges(changes: Changes): string {
  const words: Record<string, string> = {
    create: "created",
    update: "updated",
    delete: "deleted",
    same: "unchanged",
    replace: "replaced",
  };
  const parts = Object.entries(words).flatMap(([op, word]) =>
    changes[op] ? [`${changes[op]} ${word}`] : [],
  );
  return parts.join(", ") || "nothing to change";
}
