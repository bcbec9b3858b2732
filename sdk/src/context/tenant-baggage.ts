import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from "@opentelemetry/api";
import { tenantBaggageKey } from "../names/index.ts";
import { acceptedTenant, contextWithTenant, tenantOf } from "./tenant.ts";

const header = "baggage";

/** What comes after this much of the header is not read. Source: W3C Baggage, limits (8192 bytes, 64 members). */
const longestHeader = 8_192;
const mostMembers = 64;

/**
 * The tenant, and nothing else, as W3C baggage: an app's other baggage stays in the process, and what others send along is
 * not taken in.
 */
export class TenantBaggagePropagator implements TextMapPropagator {
  inject<Carrier>(context: Context, carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    const tenant = tenantOf(context);
    // A valid tenant has no character that would have to be encoded.
    if (tenant !== undefined) setter.set(carrier, header, `${tenantBaggageKey}=${tenant}`);
  }

  extract<Carrier>(context: Context, carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
    const value = getter.get(carrier, header);
    const text = Array.isArray(value) ? value.join(",") : value;
    const tenant = typeof text === "string" ? tenantIn(text) : undefined;
    return tenant === undefined ? context : contextWithTenant(context, tenant);
  }

  fields(): string[] {
    return [header];
  }
}

/** The tenant that a header names; none if it names none, an invalid one, or different ones. */
function tenantIn(text: string): string | undefined {
  let tenant: string | undefined;
  for (const member of text.slice(0, longestHeader).split(",", mostMembers)) {
    const [pair = ""] = member.split(";", 1);
    const separator = pair.indexOf("=");
    if (separator < 0 || pair.slice(0, separator).trim() !== tenantBaggageKey) continue;
    const value = acceptedTenant(decoded(pair.slice(separator + 1).trim()));
    if (value === undefined || (tenant !== undefined && tenant !== value)) return undefined;
    tenant = value;
  }
  return tenant;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
