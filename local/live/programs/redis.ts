import { createHash } from "node:crypto";
import { adapt } from "../adapt.ts";
import type { Context, Program } from "../program.ts";
import { keepsItsMark, redisConfig, redisServer } from "../redis-server.ts";

interface Values {
  valkeyConfig: string;
  auth: {
    usersExistingSecret: string;
    aclUsers: Record<string, { permissions: string; passwordKey: string }>;
  };
}

const name = "redis";

const valuesOf = ({ deployed }: Context) => deployed.release(name) as unknown as Values;

/** Grafana's cache: Redis, whose protocol and settings the deployed Valkey shares. */
export const redis: Program = {
  name,
  after: [],
  ports: ["redis"],
  prepare: async (context) => {
    const { valkeyConfig, auth } = valuesOf(context);
    const passwords = await context.deployed.secret(auth.usersExistingSecret);
    const users = Object.entries(auth.aclUsers).map(
      ([user, { permissions, passwordKey }]) =>
        `user ${user} on #${sha256(passwords[passwordKey] ?? "")} ${permissions}\n`,
    );
    const here = redisConfig({
      ...adapt<Record<string, string | number>>(name, {}, context),
      ...keepsItsMark,
    });
    return redisServer({
      config: context.write("redis.conf", `${valkeyConfig}\n${users.join("")}${here}`),
      port: context.port("redis-redis"),
      password: await redisPassword(context),
    });
  },
};

/** The deployed password of the user `default`. */
export async function redisPassword(context: Context): Promise<string> {
  const { usersExistingSecret, aclUsers } = valuesOf(context).auth;
  return (await context.deployed.secret(usersExistingSecret))[aclUsers["default"]?.passwordKey ?? ""] ?? "";
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
