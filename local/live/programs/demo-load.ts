import { demoProcess, demoTenants } from "../demo-environment.ts";
import type { Program } from "../program.ts";

/** The clients of the sample app's tenants. */
export const demoLoad: Program = {
  name: "demo-load",
  after: ["demo-hub", "demo-worker"],
  ports: [],
  prepare: (context) =>
    demoProcess({
      module: "load",
      env: {
        TENANTS_FILE: context.write("tenants.json", demoTenants(context)),
        HUB_URL: `http://${context.at("demo-hub-http")}`,
      },
      // Nobody asks a client anything: it runs, or it has ended.
      isReady: () => Promise.resolve(true),
    }),
};
