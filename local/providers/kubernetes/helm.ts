import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import type { ApiServer } from "../../api-server.ts";
import { offspringMark } from "../../offspring.ts";
import { stringAt } from "../values.ts";
import type { Properties } from "../values.ts";

const run = promisify(execFile);

/** A chart that can be had: what `helm` takes as its CHART argument, with the flags that belong to it. */
export interface Chart {
  argument: string;
  flags: string[];
}

/** Where a release is. */
export interface ReleaseName {
  namespace: string;
  name: string;
}

/** What helm knows of an installed release. */
export interface ReleaseStatus {
  revision: number;
  /** For example `deployed`, `pending-upgrade`. */
  status: string;
  /** The chart's version. */
  version: string;
  appVersion: string;
}

/** The real helm, on one cluster. */
export class Helm {
  readonly #binary: () => Promise<string>;
  readonly #kubeconfig: string;
  readonly #api: ApiServer;

  /** @param binary path of helm; called when helm is needed first */
  constructor(binary: () => Promise<string>, kubeconfig: string, api: ApiServer) {
    this.#binary = binary;
    this.#kubeconfig = kubeconfig;
    this.#api = api;
  }

  /** CRDs of the chart's `crds/` folders, of enabled subcharts only. */
  async crds(release: ReleaseName, chart: Chart, values: Properties): Promise<Properties[]> {
    // Quick, and empty for most charts: the others have to be rendered to know which subcharts are on.
    const { stdout } = await this.#run(["show", "crds", chart.argument, ...chart.flags]);
    if (!stdout.trim()) return [];
    const version = stringAt((await this.#api.get("/version")) ?? {}, "gitVersion") ?? "";
    const rendered = await withValues(values, (file) =>
      this.#run([
        ...["template", ...place(release), chart.argument, ...chart.flags],
        ...["--include-crds", "--kube-version", version, "-f", file],
      ]),
    );
    return rendered.stdout
      .split(/^---\n/m)
      .filter(
        (document) =>
          /^# Source: \S*(^|\/)crds\/[^/\s]+\s/m.test(document) &&
          /^kind: CustomResourceDefinition/m.test(document),
      )
      .map((document) => parse(document) as Properties);
  }

  /**
   * Installs or upgrades. Nothing waits and no hook runs, as there are no nodes to run anything on.
   * @returns the objects of the release as YAML, and the API server's warnings
   */
  async upgrade(
    release: ReleaseName,
    chart: Chart,
    values: Properties,
    options: { createNamespace: boolean },
  ): Promise<{ manifest: string; warnings: string[] }> {
    const namespaceFlags = options.createNamespace ? ["--create-namespace"] : [];
    const { stdout, stderr } = await withValues(values, (file) =>
      this.#run([
        ...["upgrade", "--install", ...place(release), chart.argument, ...chart.flags, "-f", file],
        ...[
          "--no-hooks",
          "--skip-crds",
          "--take-ownership",
          "--history-max",
          "2",
          "--reset-values",
          "--output",
          "json",
          ...namespaceFlags,
        ],
      ]),
    );
    return { manifest: (JSON.parse(stdout) as { manifest: string }).manifest, warnings: warningsOf(stderr) };
  }

  /** The objects of the release as YAML, or undefined when there is no such release. */
  async manifest(release: ReleaseName): Promise<string | undefined> {
    return this.#orGone(async () => (await this.#run(["get", "manifest", ...place(release)])).stdout);
  }

  async status(release: ReleaseName): Promise<ReleaseStatus | undefined> {
    const text = await this.#orGone(
      async () => (await this.#run(["get", "metadata", ...place(release), "-o", "json"])).stdout,
    );
    return text === undefined ? undefined : (JSON.parse(text) as ReleaseStatus);
  }

  /** A release that does not exist is no error. */
  async uninstall(release: ReleaseName): Promise<void> {
    await this.#run([
      "uninstall",
      ...place(release),
      "--no-hooks",
      "--ignore-not-found",
      "--cascade",
      "background",
    ]);
  }

  async #orGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof Error && error.message.includes("release: not found")) return undefined;
      throw error;
    }
  }

  async #run(args: string[]): Promise<{ stdout: string; stderr: string }> {
    const binary = await this.#binary();
    return withFolder("helm-cache-", async (cache) => {
      try {
        return await run(binary, [...args, "--kubeconfig", this.#kubeconfig], {
          // Helm remembers for hours which kinds a server knows; here CRDs come and go within seconds.
          env: { ...process.env, ...offspringMark(), KUBECACHEDIR: cache },
          maxBuffer: 256 * 1024 * 1024,
        });
      } catch (error) {
        const { stderr = "" } = error as { stderr?: string };
        throw new Error(`helm ${args.slice(0, 3).join(" ")}: ${stderr.trim() || String(error)}`, {
          cause: error,
        });
      }
    });
  }
}

const place = ({ namespace, name }: ReleaseName): string[] => [name, "--namespace", namespace];

/** `W0102 15:04:05.000000 1234 warnings.go:70] unknown field "spec.x"` → the text. */
export const warningsOf = (stderr: string): string[] =>
  [...stderr.matchAll(/^W\d+ .* warnings\.go:\d+\] (.*)$/gm)].map(([, text = ""]) => text);

/** Values may hold secrets: they pass through a file that only this user can read, and that is gone afterwards. */
const withValues = <T>(values: Properties, use: (file: string) => Promise<T>): Promise<T> =>
  withFolder("helm-values-", async (folder) => {
    const file = path.join(folder, "values.yaml");
    await writeFile(file, stringify(values), { mode: 0o600 });
    return use(file);
  });

async function withFolder<T>(prefix: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), prefix));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
