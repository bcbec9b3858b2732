import { gunzipSync } from "node:zlib";
import { UserError } from "../errors.ts";
import { waitUntil } from "../processes.ts";
import type { Context } from "./program.ts";

/** A program that the Prometheus operator configures, as a pod of the cluster would run it. */
interface Operated {
  /** The program's command-line flags. */
  flags: string[];
  /** Its configuration, with the variables of its pod filled in. */
  config: string;
}

interface StatefulSet {
  spec: { template: { spec: { containers: { name: string; args: string[] }[] } } };
}

/** The workloads by the names that the operator gives them, and where it writes the configuration of each. */
const written = {
  "prometheus-main": { secret: "prometheus-main", key: "prometheus.yaml.gz" },
  "prometheus-long-term": { secret: "prometheus-long-term", key: "prometheus.yaml.gz" },
  "alertmanager-main": { secret: "alertmanager-main-generated", key: "alertmanager.yaml.gz" },
} as const;

export type OperatedWorkload = keyof typeof written;

const writtenSeconds = 60;

/** Forgets what the operator wrote of an earlier state of the stack: it writes all of it anew. */
export async function forgetOperated({ deployed }: Context): Promise<void> {
  const paths = Object.values(written).map(({ secret }) => deployed.core(`secrets/${secret}`));
  await Promise.all(paths.map((path) => deployed.forget(path)));
}

/** What the operator has written for a workload; waits for it. */
export async function operated({ deployed }: Context, workload: OperatedWorkload): Promise<Operated> {
  const { secret, key } = written[workload];
  const inTime = () => deployed.has(deployed.core(`secrets/${secret}`));
  if (!(await waitUntil(inTime, writtenSeconds, 200))) {
    throw new UserError(
      `The Prometheus operator has not written the Secret ${secret} within ${writtenSeconds} s.`,
      "Its log, prometheus-operator.log beside those of the other programs, says why.",
    );
  }
  const config = gunzipSync((await deployed.secretBytes(secret))[key] ?? Buffer.of()).toString();
  const set = await deployed.object<StatefulSet>(deployed.group("apps/v1", `statefulsets/${workload}`));
  const [program] = workload.split("-");
  const { args = [] } = set.spec.template.spec.containers.find(({ name }) => name === program) ?? {};
  // The first replica of the first shard.
  const variables: Record<string, string> = { POD_NAME: `${workload}-0`, SHARD: "0" };
  return {
    flags: args,
    config: config.replaceAll(/\$\((\w+)\)/g, (text, variable: string) => variables[variable] ?? text),
  };
}
