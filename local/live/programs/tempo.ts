import { parse, stringify } from "yaml";
import { ensureTools } from "../../tools/build.ts";
import { adapt } from "../adapt.ts";
import { answers, type Program } from "../program.ts";
import { objectStoreEnvironment } from "./object-store.ts";

/** Values of either of Tempo's charts. */
interface Values {
  config: string;
  tempo: { per_tenant_overrides?: object; extraEnv?: { name: string; value?: string }[] };
  per_tenant_overrides?: object;
}

const name = "tempo";

/** Its container's variables, among them the bound of its memory; what refers to a Secret is left out. */
const plainVariables = ({ tempo: { extraEnv = [] } }: Values): NodeJS.ProcessEnv =>
  Object.fromEntries(extraEnv.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));

/** Tempo as one process, with the deployed configuration and limits of tenants. */
export const tempo: Program = {
  name,
  after: ["object-store", "prometheus"],
  ports: ["http", "grpc", "otlp"],
  prepare: async (context) => {
    const values = context.deployed.release(name) as unknown as Values;
    const overrides = values.per_tenant_overrides ?? values.tempo.per_tenant_overrides;
    context.write("overrides.yaml", stringify({ overrides }));
    const deployed = parse(values.config) as object;
    const config = context.write(
      "tempo.yaml",
      stringify(adapt(name, deployed, context), { aliasDuplicateObjects: false }),
    );
    return {
      command: (await ensureTools([name])).tempo,
      args: ["-target=all", `-config.file=${config}`],
      env: { ...plainVariables(values), ...objectStoreEnvironment(context) },
      isReady: () => answers(`http://${context.at("tempo-http")}/ready`),
    };
  },
};
