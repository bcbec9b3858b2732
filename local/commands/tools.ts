import { UserError } from "../errors.ts";
import { main } from "../main.ts";
import { ensureTools } from "../tools/build.ts";
import { type ToolName, toolNames } from "../tools/catalog.ts";

/** `npm run tools -- NAME…`: builds the named programs of the embedded environment and prints where they are. */
await main(async (args) => {
  const unknown = args.filter((name) => !toolNames.includes(name as ToolName));
  if (args.length === 0 || unknown.length > 0) {
    throw new UserError(
      unknown.length > 0 ? `There is no tool ${unknown.join(", ")}.` : "No tool is named.",
      `npm run tools -- NAME…, with names of: ${toolNames.join(", ")}`,
    );
  }
  const paths = await ensureTools(args as ToolName[]);
  for (const path of Object.values(paths)) console.log(path);
});
