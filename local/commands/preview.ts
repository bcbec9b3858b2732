import { type PreviewDigest, parseDigest, renderText } from "../../infra/preview/render.ts";
import { stackOf } from "../arguments.ts";
import { main } from "../main.ts";
import { openStack } from "../open-stack.ts";
import { step } from "../progress.ts";
import { failure } from "../pulumi.ts";
import type { Finished } from "../run.ts";

/** `npm run preview -- STACK [--json]`: what an update would change, against what is deployed. */
await main(async (args) => {
  const stack = stackOf(args, "npm run preview -- STACK [--json]", "dev");
  const { pulumi } = await openStack(stack);
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
