import { join } from "node:path";
import { ensureDebianProgram } from "../../../local/tools/debian.ts";
import { startProgram, stopProgram, temporaryFolder } from "../../../test/support/program.ts";

/** A Redis of its own, with nothing in it and nothing kept; reached by a socket file, so that no port is needed. */
export interface Redis {
  readonly connection: { readonly path: string };
  stop(): Promise<void>;
}

export async function startRedis(): Promise<Redis> {
  const folder = temporaryFolder();
  const path = join(folder.path, "redis.sock");
  const options = {
    port: "0",
    unixsocket: path,
    dir: folder.path,
    save: "",
    "maxmemory-policy": "noeviction",
  };
  const child = await startProgram(
    await ensureDebianProgram("redis-server"),
    Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    /ready to accept connections/i,
  );
  return {
    connection: { path },
    async stop() {
      await stopProgram(child);
      folder.remove();
    },
  };
}
