/**
 * Prints the milliseconds from the start of loading the program's modules to the first resource that it registers,
 * with mocked providers and the settings of the stack named by the argument. A process of its own: nothing is loaded yet.
 */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { parse } from "yaml";

const stackName = process.argv[2] ?? "dev";
const file = parse(readFileSync(new URL(`../../Pulumi.${stackName}.yaml`, import.meta.url), "utf8"));

const since = performance.now();
const pulumi = await import("@pulumi/pulumi");
let firstResource: number | undefined;
await pulumi.runtime.setMocks({
  newResource: ({ name, inputs }) => {
    firstResource ??= performance.now();
    return { id: name, state: inputs };
  },
  call: ({ inputs }) => inputs,
});
const { parseStack } = await import("../../infra/config/parse.ts");
const { ObservabilityStack } = await import("../../infra/stack.ts");
const stack = parseStack(file.config["autoweave-observability:stack"], {
  stackName,
  isEncrypted: () => true,
});
new ObservabilityStack("observability", stack);
await pulumi.runtime.disconnect();

if (firstResource === undefined) throw new Error("The program registered no resource.");
console.log((firstResource - since).toFixed(0));
process.exit(0);
