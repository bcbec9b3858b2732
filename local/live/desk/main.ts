import { readSettings } from "./settings.ts";
import { startDesk } from "./start.ts";

/** `node main.ts SETTINGS`: the desk of a stack, until it is told to end. */
const [file = ""] = process.argv.slice(2);
const settings = readSettings(file);

const { url, stop } = await startDesk(settings, ({ name, noticedAt, lastWords }) =>
  console.error(`${new Date(noticedAt).toISOString()} ${name} has ended. Its last words:\n${lastWords}`),
);
console.log(`The desk of ${settings.stack} is at ${url}/`);

process.once("SIGTERM", () => {
  stop();
  process.exit(0);
});
