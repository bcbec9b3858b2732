import { context } from "@opentelemetry/api";
import { harmless } from "../harmless.ts";
import { observe } from "../observe.ts";
import type { Callable } from "../wrap.ts";
import { isSchema, wrapResolvers } from "./graphql.ts";
import type { ExecutionArgs, OperationNode, Schema } from "./graphql-types.ts";
import { type GraphQLOptions, Operation } from "./operation.ts";

/** `execute` of graphql-js, or what takes and gives the same. */
export type Execute = (args: never) => unknown;

/**
 * What executes operations, traced: the span `GraphQL {type} {operation}` lasts as long as the execution, all of that runs in its
 * context, and it fails when the response has errors. Resolvers of a schema are instrumented when it is first executed. For
 * schemas without resolvers, and for servers that are given what to execute with: graphql-http's `createHandler({ schema,
 * execute: traceGraphQLExecution(execute) })`.
 */
export function traceGraphQLExecution<E extends Execute>(execute: E, options: GraphQLOptions = {}): E {
  return new Proxy(execute, {
    apply: (call, self, args: unknown[]) => traceExecution(call as unknown as Callable, self, args, options),
  });
}

export function traceExecution(
  execute: Callable,
  self: unknown,
  args: unknown[],
  options: GraphQLOptions,
): unknown {
  const operation = harmless(operationOf, args[0] as Partial<ExecutionArgs> | undefined, options);
  if (!operation) return Reflect.apply(execute, self, args);
  return context.with(operation.context, () =>
    observe(execute, self, args, {
      succeeded: (result) => operation.end((result as { errors?: readonly unknown[] } | undefined)?.errors),
      failed: (error) => operation.end([error]),
    }),
  );
}

/** Schemas that have been executed. Their resolvers stay wrapped; that passes calls on when there is no telemetry. */
const seen = new WeakSet<Schema>();

/** Instruments the resolvers of a schema that is about to be executed. */
export function instrumentOnce(schema: Schema, options: GraphQLOptions): void {
  if (seen.has(schema)) return;
  seen.add(schema);
  wrapResolvers(schema, options);
}

/** Undefined for what cannot be executed: saying so is graphql's part. */
function operationOf(
  args: Partial<ExecutionArgs> | undefined,
  options: GraphQLOptions,
): Operation | undefined {
  if (!isSchema(args?.schema)) return undefined;
  instrumentOnce(args.schema, options);
  const operations = args.document?.definitions?.filter(isOperation) ?? [];
  const node = args.operationName
    ? operations.find(({ name }) => name?.value === args.operationName)
    : operations[0];
  return node && new Operation(node, options);
}

const isOperation = (definition: { kind: string }): definition is OperationNode =>
  definition.kind === "OperationDefinition";
