import { Environment } from "../environment.ts";
import { main } from "../main.ts";
import { step } from "../progress.ts";

/** `npm stop`: ends every process of the embedded environment, of all stacks; the next start comes back to the same stacks. */
await main(async () => {
  await step("Stopping the embedded environment", () =>
    Promise.all(Environment.all().map((environment) => environment.stop())),
  );
});
