import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { explain, UserError } from "./errors.ts";
import { writeWhole } from "./files.ts";
import { cacheFolder } from "./folders.ts";
import { withLock } from "./lock.ts";
import { step } from "./progress.ts";
import type { Properties } from "./providers/values.ts";
import { run } from "./run.ts";
import { requireGo } from "./tools/build.ts";

/** A Go module that carries custom resource definitions as YAML files. */
interface CrdSource {
  module: string;
  version: string;
  folder: string;
}

/** The definitions that a chart would install (by its name), and those of what a cluster has without any chart. */
const sources: Readonly<Record<string, CrdSource>> = {
  "gateway-api": { module: "sigs.k8s.io/gateway-api", version: "v1.5.1", folder: "config/crd/standard" },
  "prometheus-operator-crds": {
    module: "github.com/prometheus-operator/prometheus-operator",
    version: "v0.93.1",
    folder: "example/prometheus-operator-crd",
  },
  "cert-manager": {
    module: "github.com/cert-manager/cert-manager",
    version: "v1.21.1",
    folder: "deploy/crds",
  },
  "cloudnative-pg": {
    module: "github.com/cloudnative-pg/cloudnative-pg",
    version: "v1.30.0",
    folder: "config/crd/bases",
  },
  "plugin-barman-cloud": {
    module: "github.com/cloudnative-pg/plugin-barman-cloud",
    version: "v0.13.0",
    folder: "config/crd/bases",
  },
};

export type CustomResourceDefinition = Properties & {
  kind: "CustomResourceDefinition";
  metadata: { name: string };
};

/** A chart's custom resource definitions; none when the chart brings none. */
export async function crdsOf(chart: string): Promise<CustomResourceDefinition[]> {
  const source = sources[basename(chart)];
  if (!source) return [];
  return JSON.parse(readFileSync(await ensureDefinitions(source), "utf8")) as CustomResourceDefinition[];
}

/** The file of a module's definitions, put into the cache at the first use: as JSON, megabytes of YAML take seconds. */
async function ensureDefinitions({ module, version, folder }: CrdSource): Promise<string> {
  const cached = join(cacheFolder(), "crds", `${basename(module)}-${version}.json`);
  await withLock(`${cached}.lock`, async () => {
    if (existsSync(cached)) return;
    await requireGo(`the custom resource definitions of ${module}`);
    const directory = await step(`Downloading ${module} ${version}`, () => download(module, version));
    writeWhole(cached, JSON.stringify(definitionsIn(join(directory, folder))));
  });
  return cached;
}

const definitionsIn = (folder: string): CustomResourceDefinition[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), "utf8")))
    .filter((document) => document.get("kind") === "CustomResourceDefinition")
    .map((document) => document.toJS() as CustomResourceDefinition);

async function download(module: string, version: string): Promise<string> {
  const { stdout, stderr } = await run("go", ["mod", "download", "-json", `${module}@${version}`], {
    cwd: cacheFolder(),
    env: { GOFLAGS: "", GOWORK: "off" },
  });
  const { Dir, Error: failure } = JSON.parse(stdout || "{}") as { Dir?: string; Error?: string };
  if (Dir) return Dir;
  const reason = failure ?? stderr;
  throw (
    explain(reason, "the go command") ??
    new UserError(
      `${module} ${version} cannot be downloaded: ${reason.trim()}`,
      "Check `go env GOPROXY` and the network.",
    )
  );
}
