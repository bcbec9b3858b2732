import { ensureTools } from "../../tools/build.ts";
import { forgetOperated } from "../operated.ts";
import { answers, type Program } from "../program.ts";

const name = "prometheus-operator";

/** Turns the stack's Prometheuses, Alertmanagers, monitors and rules into the programs' configurations. */
export const prometheusOperator: Program = {
  name,
  after: [],
  ports: ["http"],
  prepare: async (context) => {
    const address = context.at("prometheus-operator-http");
    await forgetOperated(context);
    return {
      command: (await ensureTools([name]))[name],
      args: [`--namespaces=${context.deployed.namespace}`, `--web.listen-address=${address}`],
      env: { KUBECONFIG: context.kubeconfig },
      isReady: () => answers(`http://${address}/healthz`),
    };
  },
};
