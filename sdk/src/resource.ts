import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { attributes } from "./names/index.ts";
import type { ResolvedOptions } from "./options/options.ts";

const { name, version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  name: string;
  version: string;
};

/** This package, as the scope of what it makes itself. */
export const sdkScope = { name, version } as const;

export interface Resource {
  readonly attributes: Readonly<Record<string, string | number>>;
}

/**
 * What all telemetry of the process has in common.
 * Source: OpenTelemetry semantic conventions for resources.
 */
export const resourceOf = (options: ResolvedOptions): Resource => ({
  attributes: {
    "host.name": hostname(),
    "process.pid": process.pid,
    "process.runtime.name": "nodejs",
    "process.runtime.version": process.versions.node,
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.name": "opentelemetry",
    "telemetry.distro.name": name,
    "telemetry.distro.version": version,
    [attributes.serviceInstanceId]: randomUUID(),
    ...options.resourceAttributes,
    [attributes.serviceName]: options.serviceName,
    [attributes.serviceVersion]: options.serviceVersion,
    [attributes.environment]: options.environment,
    [attributes.tenantId]: options.tenantId,
  },
});
