import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";

/**
 * Where the process that owns a folder of the spool can be called. The operating system ends the call's other side with the
 * process, however it dies; process ids are no proof of life, since containers that share a disk have the same ones.
 */
export const lockAddress = (directory: string, owner: string): string =>
  process.platform === "win32" ? `\\\\.\\pipe\\autoweave-spool-${owner}` : join(directory, `${owner}.lock`);

/** Answers at the address until it is closed, or the process ends, which it does not keep from ending. */
export async function holdLock(address: string): Promise<Server> {
  const server = createServer((caller) => caller.destroy()).unref();
  server.listen(address);
  await once(server, "listening");
  return server;
}

/** Whether the owner lives. What cannot be found out counts as alive. */
export async function isHeld(address: string): Promise<boolean> {
  const call = connect(address);
  try {
    await once(call, "connect");
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== "ECONNREFUSED" && code !== "ENOENT";
  } finally {
    call.destroy();
  }
}
