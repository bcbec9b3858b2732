import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ensureDebianProgram } from "../../tools/debian.ts";
import { adaptDirectives } from "../adapt.ts";
import { answers, type Program } from "../program.ts";

const name = "gateway";

/** The tenants' gateway: everybody's way in. */
export const gateway: Program = {
  name,
  after: ["collector", "tempo", "loki", "prom-label-proxy"],
  ports: ["otlp-grpc", "otlp-http", "tempo", "loki", "prometheus", "status"],
  prepare: async (context) => {
    const { deployed, write } = context;
    const { "nginx.conf": config = "" } = await deployed.configMap("gateway");
    const { "tokens.conf": tokens = "" } = await deployed.secret("gateway-tokens");
    write("tokens.conf", tokens);
    mkdirSync(join(context.folder(name), "temporary"), { recursive: true });
    const file = write("nginx.conf", adaptDirectives(name, config, context));
    return {
      command: await ensureDebianProgram("nginx"),
      args: ["-e", "stderr", "-c", file],
      isReady: () => answers(`http://${context.at("gateway-status")}/healthz`),
    };
  },
};
