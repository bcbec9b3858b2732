import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { changes, propertyPath } from "../changes.ts";
import type { Findings } from "../findings.ts";
import { nameSuffix } from "../naming.ts";
import type { Resource, ResourceHandler } from "../provider.ts";
import { objectAt, stringAt, unknown } from "../values.ts";
import type { Properties } from "../values.ts";
import { chartOf } from "./chart-source.ts";
import type { ChartSource } from "./chart-source.ts";
import type { Chart, Helm, ReleaseName } from "./helm.ts";
import { manifestEntries } from "./manifest.ts";
import type { Objects } from "./objects.ts";
import type { ReleaseCrds } from "./release-crds.ts";

const deleteTimeoutSeconds = 120;
const identity = new Set(["name", "namespace"]);

/** What a release needs of its surroundings. */
export interface ReleaseContext {
  objects: Objects;
  findings: Findings;
  helm: Helm;
  charts: ChartSource;
  releaseCrds: ReleaseCrds;
  /** Folder of the values of every release, by namespace and name. */
  releasesDir: string;
  /** The CRDs of a chart that cannot be had. */
  crds: (chart: string) => Promise<Properties[]>;
}

/**
 * A Helm release: installed by helm where its chart can be had (status `deployed`), else kept with its values and its
 * CRDs only (status `recorded`) until an update finds the chart.
 */
export function helmRelease(context: ReleaseContext): ResourceHandler {
  const { charts, helm, releaseCrds } = context;

  const put = async (
    resource: Resource & { inputs: Properties; signal: AbortSignal },
    wasDeployed: boolean,
  ): Promise<Properties> => {
    const { inputs, signal } = resource;
    const release = releaseOf(inputs);
    const chart = await findChart(inputs, wasDeployed);
    const status = chart
      ? await deploy(context, resource, release, chart)
      : await record(context, resource, release, signal);
    await writeValues(context.releasesDir, release, inputs);
    return { ...inputs, ...release, status: { ...release, ...status } };
  };

  const findChart = async (inputs: Properties, wasDeployed: boolean): Promise<Chart | undefined> => {
    const chart = await charts.find(inputs);
    if (!chart && wasDeployed) {
      const { chart: name, version = "" } = chartOf(inputs);
      throw new Error(
        `The chart ${name} ${version} of this installed release can no longer be had: its repository does not answer. ` +
          `Name a folder that holds it: HELM_CHARTS_DIR=<folder>`,
      );
    }
    return chart;
  };

  return {
    check: ({ urn, name, old, inputs }) =>
      Promise.resolve({
        ...inputs,
        name: inputs["name"] ?? old["name"] ?? `${name}-${nameSuffix(urn)}`,
        namespace: inputs["namespace"] ?? "default",
      }),

    diff: async ({ oldInputs, oldOutputs, inputs }) => {
      const changed = changes(oldInputs, inputs);
      if (isUnfinished(oldOutputs) || (!isInstalled(oldOutputs) && (await charts.find(inputs))))
        changed.push({ path: ["status"], kind: "update" });
      const replaces = changed.filter((change) => identity.has(propertyPath(change.path)));
      return { changes: changed, replaces, deleteBeforeReplace: false };
    },

    create: async (request) => {
      const { namespace, name } = releaseOf(request.inputs);
      if (request.preview) return { id: "", outputs: foreseen(request.inputs) };
      return { id: `${namespace}/${name}`, outputs: await put(request, false) };
    },

    update: async (request) => {
      const wasDeployed = isInstalled(request.oldOutputs);
      if (!request.preview) return put(request, wasDeployed);
      await findChart(request.inputs, wasDeployed);
      return foreseen(request.inputs);
    },

    read: async ({ id, oldInputs, oldOutputs }) => {
      const inputs = oldInputs;
      if (!isInstalled(oldOutputs)) {
        const crds = await context.crds(path.basename(chartOf(inputs).chart));
        const status = (await releaseCrds.areComplete(crds)) ? "recorded" : "incomplete";
        return { id, inputs, outputs: withStatus(oldOutputs, { status }) };
      }
      const live = await helm.status(releaseFromId(id));
      if (!live) return undefined;
      const { revision, status } = live;
      return { id, inputs, outputs: withStatus(oldOutputs, { revision, status }) };
    },

    delete: async ({ id, oldOutputs, signal }) => {
      const release = releaseFromId(id);
      if (isInstalled(oldOutputs)) await uninstall(context, release, signal);
      await releaseCrds.delete(release, signal);
      await rm(valuesFile(context.releasesDir, release), { force: true });
    },
  };
}

async function deploy(
  { helm, objects, findings, releaseCrds }: ReleaseContext,
  resource: Resource & { inputs: Properties; signal: AbortSignal },
  release: ReleaseName,
  chart: Chart,
): Promise<Properties> {
  const values = objectAt(resource.inputs, "values");
  await forgetUnfinished(helm, objects, release, resource.signal);
  await releaseCrds.apply(resource, release, await helm.crds(release, chart, values), resource.signal);
  const createNamespace = resource.inputs["createNamespace"] === true;
  const { manifest, warnings } = await helm
    .upgrade(release, chart, values, { createNamespace })
    .catch(async (error: unknown) => {
      await findings.add({ kind: "rejected", ...findingOf(resource, release), message: String(error) });
      throw error;
    });
  for (const message of warnings) {
    await findings.add({ kind: "warning", ...findingOf(resource, release), message });
  }
  // What comes next may be of a kind that the release has brought.
  const crds = manifestEntries(manifest).filter(({ kind }) => kind === "CustomResourceDefinition");
  await Promise.all(crds.map((crd) => objects.established(crd, resource.signal)));
  const status = await helm.status(release);
  if (!status)
    throw new Error(`Helm installed ${release.namespace}/${release.name}, but knows nothing of it.`);
  const { revision, version, appVersion } = status;
  return { status: "deployed", revision, version, appVersion, chart: chartOf(resource.inputs).chart };
}

async function record(
  { crds, releaseCrds }: ReleaseContext,
  resource: Resource & { inputs: Properties },
  release: ReleaseName,
  signal: AbortSignal,
): Promise<Properties> {
  const { chart, version } = chartOf(resource.inputs);
  await releaseCrds.apply(resource, release, await crds(path.basename(chart)), signal);
  return { status: "recorded", revision: 0, chart, version };
}

/**
 * Helm refuses to go on with a release whose last revision was interrupted by a kill: that revision is forgotten, or its
 * removal is brought to its end.
 */
async function forgetUnfinished(
  helm: Helm,
  objects: Objects,
  release: ReleaseName,
  signal: AbortSignal,
): Promise<void> {
  const last = await helm.status(release);
  if (last?.status === "uninstalling") return helm.uninstall(release);
  if (!last?.status.startsWith("pending-")) return;
  const name = `sh.helm.release.v1.${release.name}.v${String(last.revision)}`;
  await objects.delete({ apiVersion: "v1", kind: "Secret", namespace: release.namespace, name }, 30, signal);
}

/** Also removes what helm is told to keep, and waits for CRDs, which take their objects along. */
async function uninstall(
  { helm, objects }: ReleaseContext,
  release: ReleaseName,
  signal: AbortSignal,
): Promise<void> {
  const manifest = await helm.manifest(release);
  if (manifest === undefined) return;
  await helm.uninstall(release);
  const left = manifestEntries(manifest).filter(
    ({ keep, kind }) => keep || kind === "CustomResourceDefinition",
  );
  await Promise.all(
    left.map((entry) =>
      objects.delete(
        { ...entry, namespace: entry.namespace ?? release.namespace },
        deleteTimeoutSeconds,
        signal,
      ),
    ),
  );
}

async function writeValues(folder: string, release: ReleaseName, inputs: Properties): Promise<void> {
  const file = valuesFile(folder, release);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, stringify(objectAt(inputs, "values")), { mode: 0o600 });
}

const valuesFile = (folder: string, { namespace, name }: ReleaseName): string =>
  path.join(folder, namespace, `${name}.yaml`);

const statusOf = (outputs: Properties): Properties => objectAt(outputs, "status");

const withStatus = (outputs: Properties, status: Properties): Properties => ({
  ...outputs,
  status: { ...statusOf(outputs), ...status },
});

/** By helm; a release that is only recorded has no revision. */
const isInstalled = (outputs: Properties): boolean => Number(statusOf(outputs)["revision"] ?? 0) > 0;

/** Whether a killed or failed command left it halfway, on the way in or out. */
const isUnfinished = (outputs: Properties): boolean =>
  !["deployed", "recorded"].includes(stringAt(statusOf(outputs), "status") ?? "");

const releaseOf = (inputs: Properties): ReleaseName => ({
  namespace: stringAt(inputs, "namespace") ?? "default",
  name: stringAt(inputs, "name") ?? "",
});

const releaseFromId = (id: string): ReleaseName => {
  const [namespace = "", name = ""] = id.split("/");
  return { namespace, name };
};

const foreseen = (inputs: Properties): Properties => ({
  ...inputs,
  status: { name: inputs["name"], namespace: inputs["namespace"], status: unknown, revision: unknown },
});

const findingOf = ({ urn }: Resource, { namespace, name }: ReleaseName) => ({
  urn,
  object: `Helm release ${namespace}/${name}`,
  preview: false,
});
