import { type PreviewDigest, parseDigest, renderText } from "../../infra/preview/render.ts";
import { stackOf } from "../arguments.ts";
import { Environment } from "../environment.ts";
import { main } from "../main.ts";
import { step } from "../progress.ts";
import { requireStack } from "../project.ts";
import { failure, Pulumi } from "../pulumi.ts";
import type { Finished } from "../run.ts";

/** `npm run preview -- STACK [--json]`: what an update would change, against what is deployed. */
await main(async (args) => {
  const stack = stackOf(args, "npm run preview -- STACK [--json]", "dev");
  requireStack(stack);
  const environment = new Environment(stack);
  await environment.start();
  const pulumi = new Pulumi(environment);
  await pulumi.prepareStack(stack);
  const preview = ["preview", "--stack", stack, "--non-interactive", "--json"];
  if (args.includes("--json")) {
    process.exitCode = await pulumi.withProviders(stack, (env) => pulumi.show(preview, env));
    return;
  }
  const finished = await step(`Previewing ${stack}`, () =>
    pulumi.withProviders(stack, (env) => pulumi.ask(preview, env)),
  );
  process.stdout.write(renderText(digestOf(finished, stack), { color: process.stdout.isTTY }));
  process.exitCode = finished.code;
});

function digestOf({ stdout, stderr }: Finished, stack: string): PreviewDigest {
  try {
    return parseDigest(stdout);
  } catch {
    throw failure(`The preview of ${stack} did not run`, stderr || stdout);
  }
}
