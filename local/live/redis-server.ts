import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ServiceCommand } from "../processes.ts";
import { run } from "../run.ts";
import { ensureDebianProgram } from "../tools/debian.ts";

interface RedisServer {
  /** Path of its configuration file. */
  config: string;
  /** On 127.0.0.1. */
  port: number;
  /** Of the user `default`. */
  password: string;
}

/** How redis-server is run. It is ready when it answers those who know the password. */
export async function redisServer({ config, port, password }: RedisServer): Promise<ServiceCommand> {
  const command = await ensureDebianProgram("redis-server");
  const client = join(dirname(realpathSync(command)), "redis-cli");
  const ping = ["-h", "127.0.0.1", "-p", String(port), "ping"];
  return {
    command,
    args: [config],
    isReady: async () => {
      const env = { REDISCLI_AUTH: password };
      const { stdout } = await run(client, ping, { env });
      return stdout === "PONG\n";
    },
  };
}

/** Writing its title into its memory, Redis would overwrite the environment, by which an unfinished start is found. */
export const keepsItsMark = { "set-proc-title": "no" };

/** Directives as redis.conf has them, of which the last one of a name counts. */
export const redisConfig = (directives: Record<string, string | number>): string =>
  Object.entries(directives)
    .map(([name, value]) => `${name} ${JSON.stringify(String(value))}\n`)
    .join("");
