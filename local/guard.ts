// Waits until the command named by its argument is gone, and ends what that one left: see guardOffspring.
import { endOrphans } from "./offspring.ts";
import { isRunning, type ProcessRecord, waitUntil } from "./processes.ts";

const command = JSON.parse(process.argv[2] ?? "") as ProcessRecord;
process.stdin.resume();
process.stdin.once("close", () => {
  void waitUntil(() => !isRunning(command), 5).then(endOrphans);
});
