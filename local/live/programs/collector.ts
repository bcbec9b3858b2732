import { stringify } from "yaml";
import { ensureTools } from "../../tools/build.ts";
import { adapt } from "../adapt.ts";
import { answers, type Program } from "../program.ts";

const name = "collector";

/** The Collector, which takes everything that is written, splits it by tenant and queues it on disk. */
export const collector: Program = {
  name,
  after: ["loki", "tempo", "prometheus"],
  ports: ["otlp-grpc", "otlp-http", "loki", "metrics", "health"],
  prepare: async (context) => {
    const deployed = context.deployed.release(name)["alternateConfig"] as object;
    const config = context.write("collector.yaml", stringify(adapt(name, deployed, context)));
    return {
      command: (await ensureTools([name])).collector,
      args: [`--config=${config}`],
      isReady: () => answers(`http://${context.at("collector-health")}`),
    };
  },
};
