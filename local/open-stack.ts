import { Environment } from "./environment.ts";
import { requireStack } from "./project.ts";
import { Pulumi } from "./pulumi.ts";
import { ensureTools } from "./tools/build.ts";

/** A stack of the repository that can be deployed to: its embedded environment runs, and nobody else updates it. */
interface OpenStack {
  environment: Environment;
  pulumi: Pulumi;
}

/** Throws a UserError, before anything is made, when the repository has no such stack. */
export async function openStack(stack: string): Promise<OpenStack> {
  requireStack(stack);
  // All at once, so that they are built side by side.
  await ensureTools([
    "pulumi",
    "pulumi-language-nodejs",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "helm",
  ]);
  const environment = new Environment(stack);
  await environment.start();
  const pulumi = new Pulumi(environment);
  await pulumi.prepareStack(stack);
  return { environment, pulumi };
}
