import { parse, stringify } from "yaml";
import { ensureTools } from "../../tools/build.ts";
import { adapt, adaptFlags } from "../adapt.ts";
import { operated, type OperatedWorkload } from "../operated.ts";
import { answers, type Context, type Program } from "../program.ts";

interface ConfigMap {
  metadata: { name: string };
  data?: Record<string, string>;
}

/** A Prometheus as the operator has configured it, rules included. */
function prometheusAs(name: string, workload: OperatedWorkload, after: string[]): Program {
  return {
    name,
    after,
    ports: ["http"],
    prepare: async (context) => {
      const { flags, config } = await operated(context, workload);
      await writeRules(name, workload, context);
      const here = adapt(name, parse(config) as object, context);
      context.write("prometheus.yaml", stringify(here, { lineWidth: 0 }));
      return {
        command: (await ensureTools(["prometheus"])).prometheus,
        args: adaptFlags(name, flags, context),
        isReady: () => answers(`http://${context.at(`${name}-http`)}/-/ready`),
      };
    },
  };
}

async function writeRules(name: string, workload: string, { deployed, write }: Context): Promise<void> {
  const maps = await deployed.list<ConfigMap>(deployed.core("configmaps"));
  for (const { metadata, data = {} } of maps) {
    if (!metadata.name.startsWith(`${workload}-rulefiles-`)) continue;
    for (const [file, rules] of Object.entries(data)) write(`rules/${metadata.name}/${file}`, rules);
  }
}

/** The one that scrapes, takes what is pushed and evaluates the rules. */
export const prometheus = prometheusAs("prometheus", "prometheus-main", [
  "alertmanager",
  "long-term-prometheus",
]);

/** The one with the long memory. */
export const longTermPrometheus = prometheusAs("long-term-prometheus", "prometheus-long-term", [
  "alertmanager",
]);
