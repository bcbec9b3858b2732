import { parse, stringify } from "yaml";
import { ensureTools } from "../../tools/build.ts";
import { adapt, adaptFlags } from "../adapt.ts";
import { operated } from "../operated.ts";
import { answers, type Program } from "../program.ts";

const name = "alertmanager";

interface Custom {
  spec: { secrets?: string[] };
}

/** Alertmanager as the operator has configured it; the Secrets that its receivers name are files beside it. */
export const alertmanager: Program = {
  name,
  after: ["prometheus-operator"],
  ports: ["http"],
  prepare: async (context) => {
    const { deployed, write } = context;
    const { flags, config } = await operated(context, "alertmanager-main");
    const { spec } = await deployed.object<Custom>(
      deployed.group("monitoring.coreos.com/v1", "alertmanagers/main"),
    );
    for (const secret of spec.secrets ?? []) {
      for (const [key, value] of Object.entries(await deployed.secret(secret)))
        write(`secrets/${secret}/${key}`, value);
    }
    const here = adapt(name, parse(config) as object, context);
    write("alertmanager.yaml", stringify(here, { lineWidth: 0 }));
    return {
      command: (await ensureTools([name])).alertmanager,
      args: adaptFlags(name, flags, context),
      isReady: () => answers(`http://${context.at("alertmanager-http")}/-/ready`),
    };
  },
};
