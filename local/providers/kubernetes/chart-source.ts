import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { objectAt, stringAt } from "../values.ts";
import type { Properties } from "../values.ts";
import type { Chart } from "./helm.ts";

const probeTimeoutMs = 3000;

/** Finds the chart of a release: in the user's folder of charts, else in its repository if that answers. */
export class ChartSource {
  readonly #folder: string | undefined;
  // One question per host and process: without a network every release would wait for the time-out.
  readonly #answers = new Map<string, Promise<boolean>>();

  /** @param folder holds unpacked charts by name (HELM_CHARTS_DIR) */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** Undefined when the chart cannot be had. */
  async find(inputs: Properties): Promise<Chart | undefined> {
    const { chart, version, repository } = chartOf(inputs);
    const local = this.#folder && path.join(this.#folder, path.basename(chart));
    if (local && (await holdsVersion(local, version))) return { argument: local, flags: [] };
    const url = chart.startsWith("oci://") ? chart : repository;
    if (!url || !(await this.#isReachable(url))) return undefined;
    const flags = version ? ["--version", version] : [];
    return { argument: chart, flags: chart.startsWith("oci://") ? flags : [...flags, "--repo", url] };
  }

  #isReachable(repository: string): Promise<boolean> {
    const { host, probe } = probeOf(repository);
    let answer = this.#answers.get(host);
    if (!answer) {
      answer = fetch(probe, { method: "HEAD", signal: AbortSignal.timeout(probeTimeoutMs) })
        // A registry asks an anonymous visitor for a token first.
        .then(({ ok, status }) => ok || status === 401)
        .catch(() => false);
      this.#answers.set(host, answer);
    }
    return answer;
  }
}

/** The chart that a release names; `repositoryOpts.repo` may be an OCI registry too. */
export function chartOf(inputs: Properties): { chart: string; version?: string; repository?: string } {
  const name = stringAt(inputs, "chart") ?? "";
  const version = stringAt(inputs, "version");
  const repository = stringAt(objectAt(inputs, "repositoryOpts"), "repo");
  if (repository?.startsWith("oci://") && !name.startsWith("oci://")) {
    return { chart: `${repository.replace(/\/$/, "")}/${name}`, ...(version && { version }) };
  }
  return { chart: name, ...(version && { version }), ...(repository && { repository }) };
}

function probeOf(repository: string): { host: string; probe: string } {
  if (repository.startsWith("oci://")) {
    const { host } = new URL(repository.replace(/^oci:/, "https:"));
    return { host, probe: `https://${host}/v2/` };
  }
  return { host: new URL(repository).host, probe: `${repository.replace(/\/$/, "")}/index.yaml` };
}

/** A chart of another version is not what the release pins. */
async function holdsVersion(folder: string, version: string | undefined): Promise<boolean> {
  try {
    const chart = parse(await readFile(path.join(folder, "Chart.yaml"), "utf8")) as { version?: string };
    return version === undefined || chart.version?.replace(/^v/, "") === version.replace(/^v/, "");
  } catch {
    return false;
  }
}
