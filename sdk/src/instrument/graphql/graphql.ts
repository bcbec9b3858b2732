import { context } from "@opentelemetry/api";
import { flag } from "../../options/kinds.ts";
import { checkOptions } from "../check-options.ts";
import { notInstrumentable } from "../not-instrumentable.ts";
import { harmless } from "../harmless.ts";
import { observe } from "../observe.ts";
import { hasMethods, methodOf, type Undo, wrap } from "../wrap.ts";
import type { Field, ResolveInfo, Schema } from "./graphql-types.ts";
import { type GraphQLOptions, operationOf } from "./operation.ts";

export type { GraphQLOptions } from "./operation.ts";

const kind = Symbol("autoweave.graphql");

/**
 * A span `GraphQL {type} {operation}` for each execution of an operation of `schema`, spans `{Type}.{field}` for its resolvers,
 * and `autoweave_graphql_resolver_duration_seconds`. For graphql-js 16 and 17 and every server that executes with them: the
 * schema's own resolvers are wrapped in place. Fields that only read a property have none and make no spans; of a field's calls in
 * one operation the first ten do. Arguments and literals are masked. Instrumenting twice is instrumenting once.
 * Returns how to take it back.
 * @param schema A `GraphQLSchema`, made executable.
 * @throws ObservabilityConfigError `AUTOWEAVE_NOT_INSTRUMENTABLE` when it is no schema or has no resolvers.
 */
export function instrumentGraphQL(schema: object, options: GraphQLOptions = {}): Undo {
  const known = checkOptions("instrumentGraphQL", options, { recordArguments: flag });
  const undos = isSchema(schema) ? wrapResolvers(schema, known) : [];
  if (undos.length > 0) return () => undos.forEach((undo) => undo());
  throw notInstrumentable("GraphQL schema", lookedFor, schema);
}

const lookedFor = [
  "a GraphQLSchema of graphql-js 16 or 17 (getTypeMap()) that has fields with a resolve function",
  "where resolvers are methods of the root value, wrap what executes instead: traceGraphQLExecution(execute)",
];

export const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && hasMethods(value, "getTypeMap");

/** Undoes of all resolvers that the schema has; none for fields that only read a property. */
export function wrapResolvers(schema: Schema, options: GraphQLOptions): Undo[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith("__"))
    .flatMap((type) => Object.values(type.getFields?.() ?? {}))
    .map((field) => wrapResolver(field, options))
    .filter((undo) => undo !== undefined);
}

function wrapResolver(field: Field, options: GraphQLOptions): Undo | undefined {
  if (methodOf(field, "resolve")?.name === "defaultFieldResolver") return undefined;
  return wrap(field, "resolve", kind, (resolve, self, args) => {
    const [, fieldArguments, , info] = args as [unknown, unknown, unknown, ResolveInfo | undefined];
    if (!info?.operation) return Reflect.apply(resolve, self, args);
    const call = harmless(() => operationOf(info, options).begin(info, fieldArguments));
    if (!call) return Reflect.apply(resolve, self, args);
    return context.with(call.context, () => observe(resolve, self, args, call));
  });
}
