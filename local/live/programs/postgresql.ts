import { adapt } from "../adapt.ts";
import { ownSecret } from "../own-secret.ts";
import { postgresServer } from "../postgres-server.ts";
import type { Context, Program } from "../program.ts";

interface Cluster {
  spec: {
    bootstrap: { initdb: { database: string; owner: string; secret: { name: string } } };
    postgresql: { parameters: Record<string, string | number>; pg_hba: string[] };
  };
}

/** A database and the only user who owns something in it. */
interface Database {
  name: string;
  owner: string;
  password: string;
}

const name = "postgresql";

/** The stack's PostgreSQL with the deployed parameters, Grafana's database in it, and one for the demo app. */
export const postgresql: Program = {
  name,
  after: [],
  ports: ["sql"],
  prepare: async (context) => {
    const { postgresql: deployed } = (await clusterOf(context)).spec;
    const { parameters, pg_hba } = adapt(name, deployed, context);
    const hba_file = context.write("pg_hba.conf", `${pg_hba.join("\n")}\n`);
    const databases = [await grafanaDatabase(context), memoryDatabase(context)];
    return postgresServer({
      folder: context.folder(name),
      config: context.write("postgresql.conf", settings({ ...parameters, hba_file })),
      port: context.port("postgresql-sql"),
      setup: context.write("databases.sql", databases.map(creation).join("")),
    });
  },
};

/** Of the stack. Nobody uses it here, for there is no Grafana: it shows that the deployed credentials and parameters work. */
export async function grafanaDatabase(context: Context): Promise<Database> {
  const { database, owner, secret } = (await clusterOf(context)).spec.bootstrap.initdb;
  const { password = "" } = await context.deployed.secret(secret.name);
  return { name: database, owner, password };
}

/** Of the demo app's memory system, not of the stack; it needs no server of its own. */
function memoryDatabase({ folder }: Context): Database {
  return { name: "memory", owner: "memory", password: ownSecret(folder(name), "memory-password") };
}

/** `postgresql://…` of the demo app's memory system, with the password in it. */
export const memoryDatabaseUrl = (context: Context): string => databaseUrl(memoryDatabase(context), context);

/** `postgresql://…` with the password in it. */
export function databaseUrl({ name: database, owner, password }: Database, { at }: Context): string {
  const credentials = `${encodeURIComponent(owner)}:${encodeURIComponent(password)}`;
  return `postgresql://${credentials}@${at("postgresql-sql")}/${encodeURIComponent(database)}`;
}

const clusterOf = ({ deployed }: Context) =>
  deployed.object<Cluster>(deployed.group("postgresql.cnpg.io/v1", "clusters/grafana-db"));

/** Parameters as postgresql.conf has them. */
const settings = (parameters: Record<string, string | number>): string =>
  Object.entries(parameters)
    .map(([parameter, value]) => `${parameter} = ${literal(String(value).replaceAll("\\", "\\\\"))}\n`)
    .join("");

/** What psql runs at each start: the database is made once, the password is the deployed one ever after. */
function creation({ name: database, owner, password }: Database): string {
  const unless = (statement: string, found: string) =>
    `SELECT ${literal(statement)} WHERE NOT EXISTS (${found}) \\gexec\n`;
  return [
    unless(`CREATE ROLE ${identifier(owner)}`, `SELECT FROM pg_roles WHERE rolname = ${literal(owner)}`),
    `ALTER ROLE ${identifier(owner)} LOGIN PASSWORD ${literal(password)};\n`,
    unless(
      `CREATE DATABASE ${identifier(database)} OWNER ${identifier(owner)}`,
      `SELECT FROM pg_database WHERE datname = ${literal(database)}`,
    ),
    `REVOKE ALL ON DATABASE ${identifier(database)} FROM PUBLIC;\n`,
  ].join("");
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const identifier = (text: string): string => `"${text.replaceAll('"', '""')}"`;
