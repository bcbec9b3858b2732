import type { StackConfig, Tenant } from "../config/schema.ts";

/**
 * The tenants of the stack.
 * @throws when there is none: a backend without a tenant would refuse all telemetry, or take it without a limit.
 */
export function requireTenants({ tenants }: Pick<StackConfig, "tenants">): readonly Tenant[] {
  if (tenants.length === 0) {
    throw new Error("the stack has no tenant: name one in stack.tenantId");
  }
  return tenants;
}

/** One entry per tenant, by id. */
export const byTenant = <Entry>(stack: Pick<StackConfig, "tenants">, entry: (tenant: Tenant) => Entry) =>
  Object.fromEntries(requireTenants(stack).map((tenant) => [tenant.id, entry(tenant)]));

/** Bytes per second of a rate in MiB/s. */
export const bytesPerSecond = (mebibytes: number) => Math.ceil(mebibytes * 1024 * 1024);

/** Header that names a request's tenant to the Collector, Loki and Tempo. Only the gateway and the Collector set it. */
export const tenantHeader = "X-Scope-OrgID";
