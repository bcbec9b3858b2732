import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { writeWhole } from "./files.ts";
import { failure, type Pulumi } from "./pulumi.ts";
import { say } from "./progress.ts";

// Pulumi writes an operation down before it begins it, and its result when it is done. What a killed command had begun
// stands in the state as pending: nobody knows whether it was done.

/**
 * Runs an update after one that was killed in the middle, so that nothing is lost or left behind. Until that has worked
 * the state keeps what was pending: a second kill finds the same again.
 */
export async function recovering(
  operation: "up" | "destroy",
  stack: string,
  pulumi: Pulumi,
  environment: Environment,
  env: NodeJS.ProcessEnv,
  update: () => Promise<void>,
): Promise<void> {
  const pending = pulumi.state.pending(stack);
  if (pending.length === 0) return update();
  say(`… Recovering ${stack} from an interrupted update`);
  const urnsOf = (type: string) => pending.filter((it) => it.type === type).map((it) => it.resource.urn);
  const made = urnsOf("creating");
  if (operation === "destroy") {
    // What may have been made has to be known to be deleted: made once more, it is found and taken over.
    if (made.length > 0) {
      const { code } = await pulumi.ask(["up", ...targets(stack, made)], env);
      if (code !== 0) say(`! Of ${stack}, this may be left behind:\n${made.join("\n")}`);
    }
    await dropPending(stack, pulumi, environment);
    return update();
  }
  // What may be gone is looked for. (An update repeats itself: the state has the former inputs.)
  const known = new Set(
    pulumi.state
      .resources(stack)
      .filter((it) => !it.delete)
      .map((it) => it.urn),
  );
  const gone = urnsOf("deleting").filter((urn) => known.has(urn));
  if (gone.length > 0) {
    const { code, stdout, stderr } = await pulumi.ask(["refresh", ...targets(stack, gone)], env);
    if (code !== 0) throw failure(`${stack} cannot be recovered`, stderr || stdout);
  }
  await update();
  // What was pending has been made now, or is not wanted any more.
  await dropPending(stack, pulumi, environment);
}

const targets = (stack: string, urns: readonly string[]): string[] => [
  ...["--stack", stack, "--yes", "--skip-preview", "--non-interactive"],
  ...urns.flatMap((urn) => ["--target", urn]),
];

async function dropPending(stack: string, pulumi: Pulumi, environment: Environment): Promise<void> {
  const exported = await pulumi.ask(["stack", "export", "--stack", stack]);
  if (exported.code !== 0) throw failure(`The state of ${stack} cannot be read`, exported.stderr);
  const state = JSON.parse(exported.stdout) as { deployment: { pending_operations?: unknown[] } };
  delete state.deployment.pending_operations;
  const file = join(environment.folder, `recovered-${stack}.json`);
  try {
    writeWhole(file, JSON.stringify(state), 0o600);
    const imported = await pulumi.ask(["stack", "import", "--stack", stack, "--file", file]);
    if (imported.code !== 0) throw failure(`The state of ${stack} cannot be recovered`, imported.stderr);
  } finally {
    rmSync(file, { force: true });
  }
}
