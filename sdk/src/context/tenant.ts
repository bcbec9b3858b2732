import { type Baggage, type Context, context, propagation } from "@opentelemetry/api";
import { warnOnce } from "../diagnostics.ts";
import { tenantBaggageKey } from "../names/index.ts";
import { tenantIdPattern } from "../options/definitions.ts";

/** The tenant of what happens where none is known: before `initialize()` and after `shutdown()`. */
export const unknownTenant = "unknown";

/** Baggage by tenant, for those that were seen lately: being in here also means that the id is valid. */
const baggages = new Map<string, Baggage>();
const mostBaggages = 1_000;

let processTenant: string | undefined;

/** Names the tenant of whatever names no other; `undefined` takes it back. Called by the manager. */
export function setProcessTenant(id: string | undefined): void {
  processTenant = id;
}

/**
 * Runs `fn` for a tenant: spans, log lines and metrics that come about in it, also later and asynchronously, are that
 * tenant's, and requests to hosts that `propagateTo` allows carry it on. Returns what `fn` returns, throws what it throws.
 * An id that cannot be a tenant's is ignored and warned of once.
 * @param tenantId 1 to 63 letters, digits, dots, dashes or underscores, a letter or digit first.
 */
export function withTenant<T>(tenantId: string, fn: () => T): T {
  return context.with(contextWithTenant(context.active(), tenantId), fn);
}

/** The tenant of what happens now: of `withTenant` or of an incoming request, else the process's own. */
export const currentTenant = (): string => tenantOf(context.active()) ?? processTenant ?? unknownTenant;

/** The tenant that a context carries, in its baggage. */
export function tenantOf(context: Context): string | undefined {
  const id = propagation.getBaggage(context)?.getEntry(tenantBaggageKey)?.value;
  return id === undefined ? undefined : acceptedTenant(id);
}

/** The context with another tenant; the same one if it cannot be one, or is its tenant already. */
export function contextWithTenant(context: Context, tenantId: unknown): Context {
  const id = acceptedTenant(tenantId);
  if (id === undefined) return context;
  const baggage = propagation.getBaggage(context);
  if (baggage?.getEntry(tenantBaggageKey)?.value === id) return context;
  return propagation.setBaggage(
    context,
    baggage ? baggage.setEntry(tenantBaggageKey, { value: id }) : (baggages.get(id) as Baggage),
  );
}

/** What was given, if it can be a tenant's id; otherwise `undefined`, with one warning in the life of the process. */
export function acceptedTenant(given: unknown): string | undefined {
  if (typeof given === "string" && (baggages.has(given) || remember(given))) return given;
  warnOnce(
    "tenant-id",
    `A tenant id was ignored: ${typeof given === "string" ? JSON.stringify(given.slice(0, 80)) : `a value of type ${typeof given}`}. ` +
      "Give 1 to 63 letters, digits, dots, dashes or underscores, a letter or digit first. (Said once.)",
  );
  return undefined;
}

function remember(id: string): boolean {
  if (!tenantIdPattern.test(id)) return false;
  if (baggages.size >= mostBaggages) baggages.clear();
  baggages.set(id, propagation.createBaggage({ [tenantBaggageKey]: { value: id } }));
  return true;
}
