import {
  context,
  createContextKey,
  propagation,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  trace,
  type TracerProvider,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { warn } from "../diagnostics.ts";
import { allowListedPropagator, allowPropagationTo } from "./propagation.ts";

export interface Globals {
  /** Of the tracers that libraries ask `@opentelemetry/api` for; absent when tracing is off. */
  readonly provider?: TracerProvider | undefined;
  /** Hosts that trace context and tenant may leave to, as in `ObservabilityOptions`. */
  readonly propagateTo: readonly string[];
}

/**
 * Registers this SDK with `@opentelemetry/api`: its context, propagation and tracers. What another SDK has registered before
 * stays, and is warned of. Returns how to undo it, after which anyone can register anew.
 */
export function registerGlobals({ provider, propagateTo }: Globals): () => void {
  allowPropagationTo(propagateTo);
  const parts = [contextManager(), propagator, ...(provider ? [tracerProvider(provider)] : [])];
  const registered = parts.filter((part) => part.set());
  const refused = parts.filter((part) => !registered.includes(part));
  if (refused.length > 0) warn(alreadyRegistered(refused));
  return () => {
    allowPropagationTo(undefined);
    for (const part of registered.splice(0)) part.unset();
  };
}

/** Something that the API has one of. */
interface GlobalPart {
  readonly name: string;
  /** Whether it was registered. */
  set(): boolean;
  /** Takes it back, unless something else is in its place by now. */
  unset(): void;
}

function contextManager(): GlobalPart {
  const manager = new AsyncLocalStorageContextManager();
  const inCharge = () => {
    const probe = ROOT_CONTEXT.setValue(probeKey, true);
    return context.with(probe, () => manager.active() === probe);
  };
  return {
    name: "context manager",
    set: () => context.setGlobalContextManager(manager),
    unset() {
      if (inCharge()) context.disable();
    },
  };
}

const probeKey = createContextKey("autoweave probe");

const propagator: GlobalPart = {
  name: "propagator",
  set: () => propagation.setGlobalPropagator(allowListedPropagator),
  unset() {
    if (propagation.fields() === allowListedPropagator.fields()) propagation.disable();
  },
};

function tracerProvider(provider: TracerProvider): GlobalPart {
  return {
    name: "tracer provider",
    set: () => trace.setGlobalTracerProvider(provider),
    unset() {
      const present = trace.getTracerProvider();
      if (present instanceof ProxyTracerProvider && present.getDelegate() === provider) trace.disable();
    },
  };
}

const alreadyRegistered = (parts: readonly GlobalPart[]) =>
  `Another OpenTelemetry SDK, or another version of @opentelemetry/api, has registered its ${parts
    .map(({ name }) => name)
    .join(
      ", ",
    )} before. It stays in charge of that: spans of libraries may go there, and traces and tenants may get lost ` +
  "between the two. Start only one SDK, and install one version of @opentelemetry/api (npm ls @opentelemetry/api).";
