import { Environment } from "./environment.ts";
import { stackNames } from "./project.ts";

/** The stack that a command is for which names none: dev, unless another one is all that runs. */
export function runningStack(): string {
  const running = stackNames().filter((stack) => new Environment(stack).isRunning());
  return running.includes("dev") ? "dev" : (running[0] ?? "dev");
}
