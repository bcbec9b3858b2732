import type { Live } from "../../../support/live.ts";
import type { Signal } from "./otlp.ts";
import { probeMetric } from "./probe.ts";

/** A probe as a tenant finds it: its name, and all tenants that it is said to be of. */
export interface Found {
  name: string;
  tenants: string[];
}

interface Attribute {
  key: string;
  value: { stringValue?: string };
}

interface Traces {
  traces: { spanSets: { spans: { name: string; attributes: Attribute[] }[] }[] }[];
}

interface Streams {
  data: { result: { stream: Record<string, string>; values: [nanoseconds: string, line: string][] }[] };
}

interface Vector {
  data: { result: { metric: Record<string, string> }[] };
}

const seconds = (milliseconds: number) => String(Math.floor(milliseconds / 1000));
const tenantKeys = ["tenant.id", "tenant_id"];

/** Every probe of a service that a tenant finds since a time (ms since 1970). */
export const probesFound: Record<
  Signal,
  (live: Live, tenant: string, service: string, since: number) => Promise<Found[]>
> = {
  traces: async (live, tenant, service, since) => {
    const { traces } = await live.ask<Traces>(tenant, "tempo", "/api/search", {
      q: `{ resource.service.name = "${service}" } | select(name, resource.tenant.id, span.tenant.id, resource.tenant_id, span.tenant_id)`,
      start: seconds(since),
      end: seconds(Date.now() + 1000),
      limit: "1000",
    });
    return traces.flatMap(({ spanSets }) =>
      spanSets.flatMap(({ spans }) =>
        spans.map(({ name, attributes }) => ({
          name,
          tenants: attributes
            .filter(({ key }) => tenantKeys.includes(key))
            .map(({ value }) => value.stringValue ?? ""),
        })),
      ),
    );
  },
  logs: async (live, tenant, service, since) => {
    const { data } = await live.ask<Streams>(tenant, "loki", "/loki/api/v1/query_range", {
      query: `{service_name="${service}"}`,
      start: `${since}000000`,
      end: `${Date.now() + 1000}000000`,
      limit: "1000",
    });
    return data.result.flatMap(({ stream, values }) =>
      values.map(([, name]) => ({ name, tenants: tenantsOf(stream) })),
    );
  },
  metrics: async (live, tenant, service) => {
    const { data } = await live.ask<Vector>(tenant, "prometheus", "/api/v1/query", {
      query: `${probeMetric}{service="${service}"}`,
    });
    return data.result.map(({ metric }) => ({ name: metric["probe"] ?? "", tenants: tenantsOf(metric) }));
  },
};

const tenantsOf = (labels: Record<string, string>) =>
  tenantKeys.flatMap((key) => (labels[key] === undefined ? [] : [labels[key]]));
