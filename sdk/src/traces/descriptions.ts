import {
  type Attributes,
  context,
  type Context,
  type Link,
  SpanKind,
  type TimeInput,
  trace,
} from "@opentelemetry/api";
import { contextWithTenant } from "../context/tenant.ts";
import { asContext } from "./active-span.ts";
import { warnOnce } from "../diagnostics.ts";

/** What every span helper takes. */
export interface SpanArgs {
  /** Tenant of the operation. Default: the current tenant. One that is no valid id is ignored, with one warning. */
  tenantId?: string | undefined;
  /** Further attributes. */
  attributes?: Attributes | undefined;
  /** The context that the span is a child in. Default: the active one. */
  parent?: Context | undefined;
  /** When the operation began, e.g. as the kernel reported it. Default: now. */
  startTime?: TimeInput | undefined;
}

/** A span of a certain sort, as its arguments describe it. */
export interface SpanDescription {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly links?: Link[] | undefined;
  /** The context that the span is a child in, if it is not the one that the arguments name. */
  readonly parent?: Context | undefined;
}

/** Of a span of the app's own. */
export interface WithSpanOptions extends SpanArgs {
  /** Default: internal. */
  kind?: SpanKind | undefined;
  links?: Link[] | undefined;
  /** Begins a trace of its own. Default: false. */
  root?: boolean | undefined;
}

export function describeSpan(name: string, args: WithSpanOptions): SpanDescription {
  const { kind = SpanKind.INTERNAL, links, root } = args;
  const parent = root ? trace.deleteSpan(args.parent ?? context.active()) : undefined;
  return { name: namePart(name), kind, attributes: {}, links, parent };
}

/** Describes a span; may throw when arguments cannot be read. */
export type Describe<Args> = (args: Args) => SpanDescription;

/** A description with all that it takes to start the span. */
export interface PreparedSpan extends SpanDescription {
  /** The context to start it in: it has the tenant. */
  readonly parent: Context;
  readonly startTime?: TimeInput | undefined;
  /** The caller's own attributes. */
  readonly more?: Attributes | undefined;
}

/** Never throws: of arguments that cannot be read, a span is left that says nothing more. */
export function prepare<Args extends SpanArgs>(describe: Describe<Args>, args: Args): PreparedSpan {
  try {
    const { name, kind, attributes, links, parent: described } = describe(args);
    const { tenantId, startTime, attributes: more } = args;
    const given = asContext(described ?? args.parent);
    const parent = tenantId === undefined ? given : contextWithTenant(given, tenantId);
    return { name, kind, attributes, links, parent, startTime, more };
  } catch {
    warnOnce("span-arguments", "A span was asked for with arguments that cannot be read. (Said once.)");
    return { name: namePart(undefined), kind: SpanKind.INTERNAL, attributes: {}, parent: context.active() };
  }
}

/** A part of a span's name: never empty, whatever was given. */
export const namePart = (given: unknown): string =>
  typeof given === "string" && given !== "" ? given : "unknown";
