import { type Context, context, createContextKey, type Span, SpanKind, trace } from "@opentelemetry/api";
import { attributes, spanNames } from "../../names/index.ts";
import { telemetry } from "../../telemetry.ts";
import { recordError } from "../../traces/errors.ts";
import type { Observation } from "../observe.ts";
import { argumentsOf, documentOf, pathOf } from "./document.ts";
import type { OperationNode, ResolveInfo } from "./graphql-types.ts";

export interface GraphQLOptions {
  /** Spans carry the values of arguments and the literals of documents. They may be personal or secret. Default: false. */
  recordArguments?: boolean;
}

/** So many spans has a field in one operation: a list of ten thousand items makes no ten thousand spans. */
const mostSpansOfField = 10;
const mostSpansOfOperation = 200;
/** A client chooses it. */
const longestName = 128;

const operationKey = createContextKey("autoweave.graphql.operation");

/** Operations whose execution we do not see, by the variables: these are made anew for each. */
const inferred = new WeakMap<object, Operation>();

/** The operation that a resolver is called for. */
export function operationOf(info: ResolveInfo, options: GraphQLOptions): Operation {
  const active = context.active().getValue(operationKey) as Operation | undefined;
  if (active?.node === info.operation) return active;
  const key = info.variableValues ?? info.operation;
  const known = inferred.get(key);
  if (known && !isNextEvent(info)) return known;
  const operation = new Operation(info.operation, options, () => {
    if (inferred.get(key) === operation) inferred.delete(key);
  });
  inferred.set(key, operation);
  return operation;
}

/** A subscription has one field at its root, and executes once for each event; graphql 17 does so with the same variables. */
const isNextEvent = ({ operation, path }: ResolveInfo) =>
  operation.operation === "subscription" && !path.prev;

/** One execution of an operation: its span, and how many spans its resolvers may still have. */
export class Operation {
  readonly node: OperationNode;
  /** What its resolvers run in. */
  readonly context: Context;
  readonly #span: Span;
  readonly #options: GraphQLOptions;
  readonly #spansOfField = new Map<string, number>();
  readonly #onIdle: (() => void) | undefined;
  #spans = 0;
  #untraced = 0;
  #running = 0;
  #lastEnd = 0;
  #isClosing = false;

  /**
   * @param onEnd Given when nobody will call `end`: the operation then ends by itself with the last of its resolvers. Once none
   *   runs, graphql starts further ones within the same turn of the event loop, or not at all.
   */
  constructor(node: OperationNode, options: GraphQLOptions, onEnd?: () => void) {
    this.node = node;
    this.#options = options;
    this.#onIdle = onEnd;
    const name = node.name?.value.slice(0, longestName);
    const document = documentOf(node, options.recordArguments ?? false);
    this.#span = telemetry.tracer.startSpan(spanNames.graphql(node.operation, name), {
      kind: SpanKind.INTERNAL,
      attributes: {
        [attributes.graphqlOperationType]: node.operation,
        [attributes.graphqlOperationName]: name,
        [attributes.graphqlDocument]: document,
      },
    });
    this.context = trace.setSpan(context.active(), this.#span).setValue(operationKey, this);
  }

  /** A resolver is about to run: in which context, and whom to tell how it ended. */
  begin(info: ResolveInfo, args: unknown): ResolverCall {
    this.#running++;
    return new ResolverCall(this, info, this.#admits(info) ? this.#startSpan(info, args) : undefined);
  }

  ended(failed: boolean, error: unknown): void {
    if (failed) recordError(this.#span, error);
    this.#lastEnd = Date.now();
    if (--this.#running === 0 && this.#onIdle && !this.#isClosing) this.#closeWhenIdle(this.#onIdle);
  }

  /** @param errors What the response says. */
  end(errors?: readonly unknown[], time?: number): void {
    if (errors?.length) recordError(this.#span, errors[0]);
    if (this.#untraced > 0) this.#span.setAttribute(attributes.graphqlUntraced, this.#untraced);
    this.#span.end(time);
  }

  #closeWhenIdle(onEnd: () => void): void {
    this.#isClosing = true;
    setImmediate(() => {
      this.#isClosing = false;
      if (this.#running > 0) return;
      onEnd();
      this.end(undefined, this.#lastEnd);
    });
  }

  #admits({ parentType, fieldName }: ResolveInfo): boolean {
    const field = `${parentType.name}.${fieldName}`;
    const spans = this.#spansOfField.get(field) ?? 0;
    if (spans >= mostSpansOfField || this.#spans >= mostSpansOfOperation) {
      this.#untraced++;
      return false;
    }
    this.#spansOfField.set(field, spans + 1);
    this.#spans++;
    return true;
  }

  #startSpan({ parentType, fieldName, path }: ResolveInfo, args: unknown): Span {
    const options = {
      kind: SpanKind.INTERNAL,
      attributes: {
        [attributes.graphqlParentType]: parentType.name,
        [attributes.graphqlFieldName]: fieldName,
        [attributes.graphqlFieldPath]: pathOf(path),
        [attributes.graphqlArguments]: argumentsOf(args, this.#options.recordArguments ?? false),
      },
    };
    return telemetry.tracer.startSpan(`${parentType.name}.${fieldName}`, options, this.context);
  }
}

/** One call of a resolver. Holds nothing of its arguments. */
export class ResolverCall implements Observation {
  readonly context: Context;
  readonly #operation: Operation;
  readonly #span: Span | undefined;
  readonly #parentType: string;
  readonly #field: string;
  readonly #startedAtMs = performance.now();

  constructor(operation: Operation, { parentType, fieldName }: ResolveInfo, span: Span | undefined) {
    this.#operation = operation;
    this.#span = span;
    this.#parentType = parentType.name;
    this.#field = fieldName;
    this.context = span ? trace.setSpan(operation.context, span) : operation.context;
  }

  succeeded(): void {
    this.#end(false, undefined);
  }

  failed(error: unknown): void {
    if (this.#span) recordError(this.#span, error);
    this.#end(true, error);
  }

  #end(failed: boolean, error: unknown): void {
    const outcome = failed ? "error" : "success";
    const labels = { parent_type: this.#parentType, field: this.#field, outcome };
    const seconds = (performance.now() - this.#startedAtMs) / 1_000;
    telemetry.metrics.observe("graphqlResolverDuration", labels, seconds, undefined, this.#span);
    this.#span?.end();
    this.#operation.ended(failed, error);
  }
}
