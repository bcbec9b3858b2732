import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { valkeyValues } from "../backends/valkey.ts";
import { release } from "../charts.ts";
import type { StackConfig } from "../config/schema.ts";
import { addresses, names } from "../topology.ts";
import type { SecretRef } from "../secret-ref.ts";
import { credential } from "./credentials.ts";

/** How to reach a server that speaks Redis' protocol. */
interface CacheConnection {
  /** `host:port`. */
  address: string;
  tls: boolean;
  /** Must hold no comma, which would end a field of Grafana's connection string. */
  password: SecretRef;
}

/** What Grafana need not compute twice, in Valkey or an existing server that speaks Redis' protocol. Its loss costs speed only. */
export class Cache extends ComponentResource {
  readonly connection: CacheConnection;

  constructor(name: string, { stack }: { stack: StackConfig }, opts?: ComponentResourceOptions) {
    super("autoweave:infra:Cache", name, {}, opts);
    const { redis, namespace } = stack;
    const child = { parent: this };

    const password = credential(
      `${names.redis}-auth`,
      { namespace, key: "password", source: redis.password },
      child,
    );
    if (redis.kind === "external") {
      this.connection = { address: `${redis.host}:${redis.port}`, tls: true, password };
    } else {
      release(names.redis, { chart: "valkey", namespace, values: valkeyValues(stack, password) }, child);
      this.connection = { address: addresses(stack).redis, tls: false, password };
    }
    this.registerOutputs();
  }
}
