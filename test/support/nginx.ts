import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gatewayPaths } from "../../infra/backends/gateway.ts";
import { workloads } from "../../infra/topology.ts";
import { findOnPath } from "../../local/tools/installed.ts";

const { ports } = workloads.gateway;
export type GatewayPort = keyof typeof ports;

export interface RunningGateway {
  /** Where each of the gateway's ports is on this machine. */
  port: Record<GatewayPort, number>;
  accessLog: () => string;
  stop: () => Promise<void>;
}

export function nginxPath(): string {
  const path = findOnPath("nginx", `${process.env.PATH ?? ""}:/usr/sbin`);
  if (!path) throw new Error("nginx is not installed. Repair: apt-get install nginx-light");
  return path;
}

/** What must differ on one machine: where it listens, and where its files stand. Each must occur in the configuration. */
async function onThisMachine(config: string, folder: string) {
  const port = {} as Record<GatewayPort, number>;
  const table: [string, string][] = [
    [`${gatewayPaths.temporary}/`, `${folder}/`],
    [gatewayPaths.tokens, join(folder, "tokens.conf")],
    [gatewayPaths.accessLog, join(folder, "access.log")],
  ];
  for (const [name, { number }] of Object.entries(ports) as [GatewayPort, { number: number }][]) {
    port[name] = await freePort();
    for (const end of [";", " "])
      table.push([`listen ${number}${end}`, `listen 127.0.0.1:${port[name]}${end}`]);
  }
  const text = table.reduce((changed, [from, to]) => changed.replaceAll(from, to), config);
  return { text, port };
}

/** The configuration of the deployed gateway in a folder of this machine, as `nginx -t` and nginx take it. */
export async function writeGateway(config: string, tokens: string) {
  const folder = mkdtempSync(join(tmpdir(), "gateway-"));
  // Started by root, nginx's workers are somebody else.
  chmodSync(folder, 0o755);
  const { text, port } = await onThisMachine(config, folder);
  writeFileSync(join(folder, "nginx.conf"), text);
  writeFileSync(join(folder, "tokens.conf"), tokens);
  return { folder, port, arguments: ["-c", join(folder, "nginx.conf"), "-e", "stderr"] };
}

/** Starts nginx with the gateway's configuration on free ports; resolves when it answers. */
export async function startGateway(config: string, tokens: string): Promise<RunningGateway> {
  const { folder, port, arguments: args } = await writeGateway(config, tokens);
  const nginx = spawn(nginxPath(), args, { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  nginx.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  await answering(nginx, `http://127.0.0.1:${port.status}/healthz`, () => errors);
  return {
    port,
    accessLog: () => readFileSync(join(folder, "access.log"), "utf8"),
    stop: async () => {
      const ended = once(nginx, "exit");
      nginx.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answering(process: ChildProcess, url: string, errors: () => string) {
  for (;;) {
    if (process.exitCode !== null) throw new Error(`nginx ended: ${errors()}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await wait(20);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port was given");
  return address.port;
}
