import { ensureTools } from "../../tools/build.ts";
import { adaptFlags } from "../adapt.ts";
import { answers, type Program } from "../program.ts";

interface Deployment {
  spec: { template: { spec: { containers: { name: string; args?: string[] }[] } } };
}

const name = "gateway-exporter";

/** The metrics of the tenants' gateway; in the cluster a container beside it. */
export const gatewayExporter: Program = {
  name,
  after: ["gateway"],
  ports: ["http"],
  prepare: async (context) => {
    const { deployed, at } = context;
    const { spec } = await deployed.object<Deployment>(deployed.group("apps/v1", "deployments/gateway"));
    const container = spec.template.spec.containers.find((each) => each.name === "exporter");
    return {
      command: (await ensureTools(["nginx-prometheus-exporter"]))["nginx-prometheus-exporter"],
      args: adaptFlags(name, container?.args ?? [], context),
      isReady: () => answers(`http://${at("gateway-exporter-http")}/metrics`),
    };
  },
};
