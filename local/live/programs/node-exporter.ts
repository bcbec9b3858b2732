import { ensureDebianProgram } from "../../tools/debian.ts";
import { answers, type Program } from "../program.ts";

const name = "node-exporter";

/** The metrics of this machine, which is the stack's one node. */
export const nodeExporter: Program = {
  name,
  after: [],
  ports: ["http"],
  prepare: async ({ at }) => ({
    command: await ensureDebianProgram("prometheus-node-exporter"),
    args: [`--web.listen-address=${at("node-exporter-http")}`],
    isReady: () => answers(`http://${at("node-exporter-http")}/`),
  }),
};
