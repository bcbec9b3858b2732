import { stringify } from "yaml";
import { ensureTools } from "../../tools/build.ts";
import { adapt } from "../adapt.ts";
import { answers, type Program } from "../program.ts";
import { objectStoreEnvironment } from "./object-store.ts";

interface Values {
  loki: { structuredConfig: object; runtimeConfig: object };
}

const name = "loki";

/** Loki with the deployed configuration, limits of tenants and rules. */
export const loki: Program = {
  name,
  after: ["object-store"],
  ports: ["http", "grpc"],
  prepare: async (context) => {
    const { loki: values } = context.deployed.release(name) as unknown as Values;
    const write = (file: string, content: object) => context.write(file, stringify(content));
    write("overrides.yaml", values.runtimeConfig);
    for (const [file, rules] of Object.entries(await context.deployed.configMap("loki-store-rules")))
      context.write(`rules/${file.replace(/\.yaml$/, "")}/rules.yaml`, rules);
    const config = write("loki.yaml", adapt(name, values.structuredConfig, context));
    return {
      command: (await ensureTools([name])).loki,
      args: [`-config.file=${config}`],
      env: objectStoreEnvironment(context),
      isReady: () => answers(`http://${context.at("loki-http")}/ready`),
    };
  },
};
