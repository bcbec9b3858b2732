import type { Reference } from "./objects.ts";

/** An object of a rendered chart: who it is, found without parsing all of a CRD's megabytes. */
export interface ManifestEntry extends Reference {
  /** Helm leaves the object behind when the release goes. */
  keep: boolean;
}

/** The objects of a manifest as `helm get manifest` prints it. */
export function manifestEntries(manifest: string): ManifestEntry[] {
  return manifest.split(/^---\s*$/m).flatMap((document) => {
    const metadata = /^metadata:\n((?:[ \t]+.*\n|\n)*)/m.exec(`${document}\n`)?.[1] ?? "";
    const field = (text: string, pattern: RegExp): string | undefined => pattern.exec(text)?.[1];
    const apiVersion = field(document, /^apiVersion: ["']?([\w./-]+)/m);
    const kind = field(document, /^kind: ["']?(\w+)/m);
    const name = field(metadata, /^ {2}name: ["']?([^\s"']+)/m);
    const namespace = field(metadata, /^ {2}namespace: ["']?([\w-]+)/m);
    if (!apiVersion || !kind || !name) return [];
    const keep = /helm\.sh\/resource-policy["']?: ["']?keep/.test(metadata);
    return [{ apiVersion, kind, name, ...(namespace && { namespace }), keep }];
  });
}
