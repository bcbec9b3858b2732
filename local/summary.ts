import type { StoredResource } from "./state.ts";

interface Count {
  installed: number;
  recorded: number;
  objects: number;
  buckets: number;
}

const helmRelease = "kubernetes:helm.sh/v3:Release";

const isObject = ({ type }: StoredResource): boolean =>
  type.startsWith("kubernetes:") && type !== helmRelease;

/** What a stack consists of. A release whose chart could not be had is recorded, not installed. */
export function count(resources: readonly StoredResource[]): Count {
  const releases = resources.filter(({ type }) => type === helmRelease);
  const withStatus = (wanted: string) =>
    releases.filter(
      ({ outputs }) => (outputs?.["status"] as { status?: string } | undefined)?.status === wanted,
    ).length;
  return {
    installed: withStatus("deployed"),
    recorded: withStatus("recorded"),
    objects: resources.filter(isObject).length,
    buckets: resources.filter(({ type }) => /^aws:s3\/bucket(V2)?:/.test(type)).length,
  };
}

/** Name → address of what a stack's outputs hold: `urls`, and every output that ends in `Endpoint`. */
export function endpointsOf(outputs: Record<string, unknown>): Record<string, string> {
  const urls = Object.entries((outputs["urls"] as Record<string, string> | undefined) ?? {});
  const endpoints = Object.entries(outputs).flatMap(([name, value]) =>
    name.endsWith("Endpoint") && typeof value === "string"
      ? [[name.slice(0, -"Endpoint".length), value] as const]
      : [],
  );
  return Object.fromEntries([
    ...urls,
    ...endpoints.filter(([name]) => !urls.some(([taken]) => taken === name)),
  ]);
}

const plural = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

export function formatCount({ installed, recorded, objects, buckets }: Count): string[] {
  return [
    `${plural(objects, "object")} admitted by the Kubernetes API`,
    `${plural(buckets, "bucket")} in the AWS API`,
    `${plural(installed, "Helm release")} installed, ${recorded} recorded` +
      (recorded > 0 ? " (their charts cannot be had here; HELM_CHARTS_DIR names a folder of charts)" : ""),
  ];
}
