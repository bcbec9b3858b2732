import { ensureTools } from "../../tools/build.ts";
import { adaptFlags } from "../adapt.ts";
import { answers, type Program } from "../program.ts";

interface Values {
  config: { upstream: string; label: string; extraArgs: string[] };
}

const name = "prom-label-proxy";

/** Confines each query of metrics to its tenant. */
export const promLabelProxy: Program = {
  name,
  after: ["prometheus"],
  ports: ["http", "metrics"],
  prepare: async (context) => {
    const { upstream, label, extraArgs } = (context.deployed.release(name) as unknown as Values).config;
    const deployed = [`--upstream=${upstream}`, `--label=${label}`, ...extraArgs];
    return {
      command: (await ensureTools([name]))[name],
      args: adaptFlags(name, deployed, context),
      isReady: () => answers(`http://${context.at("prom-label-proxy-metrics")}/metrics`),
    };
  },
};
