import type { commonLabels } from "../../../sdk/src/names/index.ts";
import { attributes } from "../../../sdk/src/names/index.ts";
import { sdkScope } from "../../../sdk/src/resource.ts";

/** Who writes. */
export interface Identity {
  tenant: string;
  service: string;
  /** Marks what the bench wrote: `bench-<number>`. */
  instance: string;
}

export const scope = sdkScope;
export const environment = "development";
const version = "1.4.2";

/** As the SDK tells of a process. */
export const resourceAttributes = ({ tenant, service, instance }: Identity) => ({
  "host.name": "bench",
  "process.pid": process.pid,
  "process.runtime.name": "nodejs",
  "process.runtime.version": process.versions.node,
  "telemetry.sdk.language": "nodejs",
  "telemetry.sdk.name": "opentelemetry",
  "telemetry.distro.name": scope.name,
  "telemetry.distro.version": scope.version,
  [attributes.serviceInstanceId]: instance,
  [attributes.serviceName]: service,
  [attributes.serviceVersion]: version,
  [attributes.environment]: environment,
  [attributes.tenantId]: tenant,
});

/** The labels that each of its series has. */
export const seriesLabels = ({
  tenant,
  service,
}: Identity): Record<(typeof commonLabels)[number], string> => ({
  tenant_id: tenant,
  service,
  environment,
  version,
});
