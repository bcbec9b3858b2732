import { ensureDebianProgram } from "../../tools/debian.ts";
import { answers, type Program } from "../program.ts";
import { redisPassword } from "./redis.ts";

const name = "redis-exporter";

/** The metrics of the stack's Redis; in the cluster a container beside it. */
export const redisExporter: Program = {
  name,
  after: ["redis"],
  ports: ["http"],
  prepare: async (context) => ({
    command: await ensureDebianProgram("prometheus-redis-exporter"),
    args: [
      `--redis.addr=redis://${context.at("redis-redis")}`,
      `--web.listen-address=${context.at("redis-exporter-http")}`,
    ],
    env: { REDIS_PASSWORD: await redisPassword(context) },
    isReady: () => answers(`http://${context.at("redis-exporter-http")}/health`),
  }),
};
