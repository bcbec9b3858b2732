import { gunzipSync } from "node:zlib";
import { UserError } from "../errors.ts";
import { waitUntil } from "../processes.ts";
import type { Deployed } from "./deployed.ts";
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
  const workloads = Object.keys(written) as OperatedWorkload[];
  await Promise.all(workloads.flatMap((workload) => pathsOf(deployed, workload)).map(deployed.forget));
}

/** It writes the Secret first, the StatefulSet a moment later. */
const pathsOf = ({ core, group }: Deployed, workload: OperatedWorkload): [secret: string, set: string] => [
  core(`secrets/${written[workload].secret}`),
  group("apps/v1", `statefulsets/${workload}`),
];

/** What the operator has written for a workload; waits for it. */
export async function operated({ deployed }: Context, workload: OperatedWorkload): Promise<Operated> {
  const { secret, key } = written[workload];
  const paths = pathsOf(deployed, workload);
  const areThere = async () => (await Promise.all(paths.map(deployed.has))).every(Boolean);
  if (!(await waitUntil(areThere, writtenSeconds, 200))) {
    throw new UserError(
      `The Prometheus operator has not written ${workload} within ${writtenSeconds} s.`,
      "Its log, prometheus-operator.log beside those of the other programs, says why.",
    );
  }
  const config = gunzipSync((await deployed.secretBytes(secret))[key] ?? Buffer.of()).toString();
  const set = await deployed.object<StatefulSet>(paths[1]);
  const [program] = workload.split("-");
  const { args = [] } = set.spec.template.spec.containers.find(({ name }) => name === program) ?? {};
  // The first replica of the first shard.
  const variables: Record<string, string> = { POD_NAME: `${workload}-0`, SHARD: "0" };
  return {
    flags: args,
    config: config.replaceAll(/\$\((\w+)\)/g, (text, variable: string) => variables[variable] ?? text),
  };
}
