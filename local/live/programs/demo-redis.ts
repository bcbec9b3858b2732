import { ownSecret } from "../own-secret.ts";
import type { Context, Program } from "../program.ts";
import { keepsItsMark, redisConfig, redisServer } from "../redis-server.ts";

const name = "demo-redis";

const passwordOf = ({ folder }: Context) => ownSecret(folder(name), "password");

/**
 * The queues of the demo app: a part of that app, not of the stack. The deployed cache drops what was used longest ago when
 * it is full, and keeps nothing on disk; a queue that drops jobs loses work, so BullMQ asks for `noeviction`
 * (https://docs.bullmq.io/guide/going-to-production#max-memory-policy).
 */
export const demoRedis: Program = {
  name,
  after: [],
  ports: ["redis"],
  prepare: async (context) => {
    const port = context.port("demo-redis-redis");
    const password = passwordOf(context);
    const config = redisConfig({
      bind: "127.0.0.1",
      port,
      requirepass: password,
      dir: context.folder(name),
      maxmemory: "256mb",
      "maxmemory-policy": "noeviction",
      appendonly: "yes",
      ...keepsItsMark,
    });
    return redisServer({ config: context.write("redis.conf", config), port, password });
  },
};

/** `redis://…`, with the password in it. */
export const demoRedisUrl = (context: Context): string =>
  `redis://:${passwordOf(context)}@${context.at("demo-redis-redis")}`;
