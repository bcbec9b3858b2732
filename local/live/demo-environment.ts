import { join } from "node:path";
import type { ServiceCommand } from "../processes.ts";
import { deployDemo } from "./demo-app.ts";
import { ownSecret } from "./own-secret.ts";
import { answers, type Context } from "./program.ts";

/** One of the demo's processes. */
interface DemoProcess {
  /** Its module, e.g. `hub`. */
  module: string;
  env: Record<string, string>;
  isReady: () => Promise<boolean>;
}

interface Credential {
  data: { token: string };
}

interface PrometheusObject {
  spec: { externalLabels: { environment: string } };
}

/** How a process of the demo is run: by the environment only. */
export async function demoProcess({ module, env, isReady }: DemoProcess): Promise<ServiceCommand> {
  const file = join(await deployDemo(), `${module}.ts`);
  // Its log lines are in Loki; here nobody rotates a file of them. What Node itself says of a crash stays.
  const quiet = ["-c", 'exec "$0" "$@" > /dev/null'];
  return { command: "/bin/sh", args: [...quiet, process.execPath, file], env, isReady };
}

/** What the SDK is to know in a process of the demo that runs as one of AutoWeave's services. */
export async function telemetry(
  context: Context,
  program: string,
  service: string,
): Promise<Record<string, string>> {
  const { deployed, at, port } = context;
  const [own] = deployed.tenants;
  const { spec } = await deployed.object<PrometheusObject>(
    deployed.group("monitoring.coreos.com/v1", "prometheuses/main"),
  );
  return {
    AUTOWEAVE_ENVIRONMENT: spec.externalLabels.environment,
    AUTOWEAVE_TENANT_ID: own?.id ?? "",
    AUTOWEAVE_TOKEN_FILE: context.write("token", await tokenOf(context, service)),
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${at("gateway-otlp-http")}`,
    AUTOWEAVE_LOKI_ENDPOINT: `http://${at("gateway-loki")}`,
    AUTOWEAVE_HEALTH_HOST: "127.0.0.1",
    AUTOWEAVE_HEALTH_PORT: String(port(`${program}-health`)),
    // So few requests may all be seen, and soon.
    AUTOWEAVE_SAMPLING_RATE: "1",
    OTEL_BSP_SCHEDULE_DELAY: "1000",
  };
}

/** Ready when the SDK's health endpoint says so. */
export const isReady = (context: Context, program: string) => () =>
  answers(`http://${context.at(`${program}-health`)}/ready`);

/** That of the service, or of another one where the stack does not know it. */
async function tokenOf({ deployed }: Context, service: string): Promise<string> {
  const find = async (selector: string) => {
    const path = `secrets?labelSelector=${encodeURIComponent(selector)}`;
    const [first] = await deployed.list<Credential>(deployed.core(path));
    return first && Buffer.from(first.data.token, "base64").toString();
  };
  const token = (await find(`autoweave.com/service=${service}`)) ?? (await find("autoweave.com/service"));
  return token ?? "";
}

const hub = "demo-hub";
/** The simulated devices of each tenant hang on a bus of their own, past those that a machine has. */
const firstBus = 101;

/** The tenants as the demo knows them: by keys of its own, for what they send it is no telemetry. */
export const demoTenants = ({ deployed, folder }: Context): string =>
  JSON.stringify(
    deployed.tenants.map(({ id, tier }, index) => ({
      id,
      tier,
      apiKey: ownSecret(folder(hub), `api-key-${id}`),
      usbBus: firstBus + index,
    })),
    null,
    2,
  );
