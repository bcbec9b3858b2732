import { run } from "../../../local/run.ts";

/**
 * Runs an ES module in a process of its own, and answers with the messages of the rejections that nobody in it handles, in
 * order. (In the process of the tests they would fail them.) Throws when the module fails.
 */
export async function unhandledRejections(code: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const listening = `process.on("unhandledRejection", (error) => console.log(JSON.stringify(error.message)));\n`;
  const args = ["--input-type=module", "--eval", listening + code];
  const { code: exitCode, stdout, stderr } = await run(process.execPath, args, { env });
  if (exitCode !== 0) throw new Error(stderr);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as string);
}
