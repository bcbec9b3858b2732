import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { explain, UserError } from "./errors.ts";
import { cacheFolder } from "./folders.ts";
import { withLock } from "./lock.ts";
import { step } from "./progress.ts";
import { run } from "./run.ts";
import { requireGo } from "./tools/build.ts";
import { unfinished } from "./tools/cache.ts";

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

export interface CustomResourceDefinition {
  kind: "CustomResourceDefinition";
  metadata: { name: string };
}

/** The YAML documents of a chart's custom resource definitions; none when the chart brings none. */
export async function crdDocuments(chart: string): Promise<string[]> {
  const source = sources[basename(chart)];
  if (!source) return [];
  const folder = await ensureModuleFolder(source);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), "utf8")))
    .filter((document) => document.get("kind") === "CustomResourceDefinition")
    .map(String);
}

export async function crdsOfModule(name: string): Promise<CustomResourceDefinition[]> {
  const documents = await crdDocuments(name);
  return documents.flatMap((text) =>
    parseAllDocuments(text).map((it) => it.toJS() as CustomResourceDefinition),
  );
}

/** The module's folder of definitions, copied into the cache at the first use. */
async function ensureModuleFolder({ module, version, folder }: CrdSource): Promise<string> {
  const cached = join(cacheFolder(), "crds", `${basename(module)}-${version}`);
  await withLock(`${cached}.lock`, async () => {
    if (existsSync(cached)) return;
    await requireGo(`the custom resource definitions of ${module}`);
    const directory = await step(`Downloading ${module} ${version}`, () => download(module, version));
    const work = unfinished(cached);
    rmSync(work, { recursive: true, force: true });
    try {
      mkdirSync(work, { recursive: true });
      for (const file of readdirSync(join(directory, folder))) {
        if (file.endsWith(".yaml")) cpSync(join(directory, folder, file), join(work, file));
      }
      renameSync(work, cached);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
  return cached;
}

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
