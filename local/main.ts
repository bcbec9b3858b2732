import { describe } from "./errors.ts";
import { say } from "./progress.ts";

/** Runs a command: errors are shown with their repair and end it with exit code 1. */
export async function main(command: (args: string[]) => Promise<void>): Promise<void> {
  try {
    await command(process.argv.slice(2));
  } catch (error) {
    say(describe(error));
    process.exitCode = 1;
  }
}
