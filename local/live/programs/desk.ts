import { join, resolve } from "node:path";
import { secondsOf } from "../../dashboards/model.ts";
import { writeTokens } from "../../tokens.ts";
import { adapt } from "../adapt.ts";
import type { DeskSettings } from "../desk/settings.ts";
import { answers, type Context, type Program } from "../program.ts";

/** What Grafana is deployed with, as far as the desk does what it does. */
interface GrafanaValues {
  datasources: { "datasources.yaml": { datasources: ProvisionedDatasource[] } };
  sidecar: { dashboards: { label: string; labelValue: string } };
  "grafana.ini": { server: { root_url: string } };
}

interface ProvisionedDatasource {
  name: string;
  type: string;
  uid: string;
  url: string;
  jsonData?: { httpHeaderName1?: string; timeInterval?: string };
  secureJsonData?: { httpHeaderValue1?: string };
}

interface ConfigMap {
  data?: Record<string, string>;
}

const name = "desk";

/** The pages of the live stack, and the receiver of its alerts. */
export const desk: Program = {
  name,
  after: [],
  ports: ["http", "smtp"],
  prepare: async (context) => ({
    command: process.execPath,
    args: [
      resolve(import.meta.dirname, "../desk/main.ts"),
      context.write("settings.json", JSON.stringify(await settingsOf(context), null, 2)),
    ],
    isReady: () => answers(`http://${context.at("desk-http")}/state.json`),
  }),
};

async function settingsOf(context: Context): Promise<DeskSettings> {
  const { deployed, environment, port, at } = context;
  const { stack, namespace, list } = deployed;
  const grafana = deployed.release("grafana") as unknown as GrafanaValues;
  const { datasources } = grafana.datasources["datasources.yaml"];
  const interval = datasources.find(({ type }) => type === "prometheus")?.jsonData?.timeInterval ?? "30s";
  return {
    stack,
    ports: { http: port("desk-http"), smtp: port("desk-smtp") },
    stackFolder: environment.stackFolder,
    notifications: join(context.folder(name), "notifications.jsonl"),
    dashboards: await writeDashboards(context, grafana),
    datasources: adapt(name, datasources, context).map(backendOf),
    tenantMetricsUrl: `http://${at("prom-label-proxy-http")}`,
    scrapeIntervalSeconds: secondsOf(interval),
    grafanaUrl: grafana["grafana.ini"].server.root_url.replace(/\/$/, ""),
    tenants: await writeTokens({ list, stack, namespace, folder: environment.folder }),
  };
}

const backendOf = ({ name, type, uid, url, jsonData, secureJsonData }: ProvisionedDatasource) => {
  const header = jsonData?.httpHeaderName1;
  const value = secureJsonData?.httpHeaderValue1;
  return { name, type, uid, url, headers: header && value ? { [header]: value } : {} };
};

/** Finds the dashboards as Grafana's sidecar does, by the label of their ConfigMaps; gives the folder that holds them now. */
async function writeDashboards(
  { deployed, folder, write }: Context,
  { sidecar }: GrafanaValues,
): Promise<string> {
  const { label, labelValue } = sidecar.dashboards;
  const selector = encodeURIComponent(`${label}=${labelValue}`);
  const maps = await deployed.list<ConfigMap>(deployed.core(`configmaps?labelSelector=${selector}`));
  for (const [file, text] of maps.flatMap(({ data = {} }) => Object.entries(data)))
    write(join("dashboards", file), text);
  return join(folder(name), "dashboards");
}
