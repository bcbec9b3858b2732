import { existsSync, readFileSync, realpathSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { commandLineOf, type ServiceCommand } from "../processes.ts";
import { run } from "../run.ts";
import { ensureDebianProgram } from "../tools/debian.ts";
import { ownSecret } from "./own-secret.ts";

const superuser = "postgres";
const superuserPassword = "superuser-password";

interface PostgresServer {
  /** Of its data, which are made when it has none, and of its superuser's password. */
  folder: string;
  /** Path of the file with its parameters. */
  config: string;
  /** On 127.0.0.1. */
  port: number;
  /** Path of the SQL that must have run before it is ready; it runs at every start. */
  setup: string;
}

/** How PostgreSQL is run. */
export async function postgresServer({
  folder,
  config,
  port,
  setup,
}: PostgresServer): Promise<ServiceCommand> {
  const programs = dirname(realpathSync(await ensureDebianProgram("postgres")));
  const data = join(folder, "data");
  if (!existsSync(data)) await initialize(programs, folder, data);
  forgetFormerProcess(data);
  const url = `postgresql://${superuser}@127.0.0.1:${port}/postgres?sslmode=disable`;
  return {
    ...permitted(join(programs, "postgres"), ["-D", data, "-c", `config_file=${config}`]),
    // It waits for its clients to leave at SIGTERM.
    stopSignal: "SIGINT",
    isReady: async () => {
      const args = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", `--dbname=${url}`, `--file=${setup}`];
      const env = {
        PGPASSWORD: ownSecret(folder, superuserPassword),
        // The statements hold passwords.
        PGOPTIONS: "-c log_statement=none -c log_min_error_statement=panic",
      };
      return (await run(join(programs, "psql"), args, { env })).code === 0;
    },
  };
}

/** Makes the data folder whole or not at all. */
async function initialize(programs: string, folder: string, data: string): Promise<void> {
  const unfinished = `${data}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  ownSecret(folder, superuserPassword);
  const { command, args } = permitted(join(programs, "initdb"), [
    `--pgdata=${unfinished}`,
    `--username=${superuser}`,
    `--pwfile=${join(folder, superuserPassword)}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
  ]);
  const { code, stderr } = await run(command, args);
  if (code !== 0)
    throw new UserError(`PostgreSQL cannot make its data folder:\n${stderr.trim()}`, `Look after ${folder}.`);
  renameSync(unfinished, data);
}

/**
 * PostgreSQL refuses to run as root. In place of root it runs as its own user, who keeps the right to enter folders that are
 * closed to others, as root's home is.
 */
function permitted(command: string, args: string[]): { command: string; args: string[] } {
  if (process.getuid?.() !== 0) return { command, args };
  const user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];
  const rights = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
  return { command: "setpriv", args: [...user, ...rights, command, ...args] };
}

/**
 * After a restart of the machine the number of the killed server may be another program's, whom PostgreSQL would take for a
 * server that still runs.
 */
function forgetFormerProcess(data: string): void {
  const file = join(data, "postmaster.pid");
  if (!existsSync(file)) return;
  const [pid = ""] = readFileSync(file, "utf8").split("\n");
  const running = commandLineOf(Number(pid));
  if (running !== "" && !running.includes(data)) rmSync(file);
}
