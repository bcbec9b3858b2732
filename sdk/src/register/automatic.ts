import { instrumentOnce, traceExecution } from "../instrument/graphql/execution.ts";
import { isSchema } from "../instrument/graphql/graphql.ts";
import type { GraphQLOptions } from "../instrument/graphql/operation.ts";
import { traceIncomingHTTP } from "../instrument/http/incoming.ts";
import { warnOfLoaded } from "../instrument/instrumentations.ts";
import { listen } from "../instrument/listen.ts";
import { watchModules } from "../instrument/loaded-modules.ts";
import { instrumentFlowProducer, instrumentQueueBase } from "../instrument/queue/bullmq.ts";
import { collectUndos, type Undos } from "../instrument/undos.ts";
import { methodOf, type Undo, wrap } from "../instrument/wrap.ts";

export interface AutomaticOptions extends GraphQLOptions {
  /** Names of OpenTelemetry's instrumentations that see to something themselves. */
  readonly others: ReadonlySet<string>;
}

/**
 * Instruments what the app uses without its doing: incoming HTTP requests with express's routes, GraphQL, BullMQ. Nothing is
 * loaded for that, and no loader hooked: Node's own channels tell what the app loads.
 */
export function instrumentAutomatically(options: AutomaticOptions): Undo {
  const { others } = options;
  return collectUndos((undos) => {
    if (!others.has("@opentelemetry/instrumentation-http")) undos.add(traceIncomingHTTP());
    if (!others.has("@opentelemetry/instrumentation-graphql")) traceGraphQL(options, undos);
    traceBullMQ(undos);
  });
}

const kind = Symbol("autoweave.graphql.execute");

function traceGraphQL(options: GraphQLOptions, undos: Undos): void {
  // graphql 16, whose index hands out what this file exports at the time.
  undos.add(
    watchModules(/[\\/]graphql[\\/]execution[\\/]execute(\.js)?$/, (exports, isLate) => {
      const wrapped = undos.add(
        wrap(exports, "execute", kind, (execute, self, args) => traceExecution(execute, self, args, options)),
      );
      // An ES module that has imported it has the function as it was.
      if (wrapped && isLate) warnOfLoaded(["graphql"]);
      return wrapped;
    }),
  );
  // graphql 17 tells of its executions. Source: graphql-js 17, `diagnostics.d.ts`.
  const executed = (message: unknown) => {
    const { schema } = message as { schema?: unknown };
    if (isSchema(schema)) instrumentOnce(schema, options);
  };
  undos.add(listen({ executed: "tracing:graphql:execute:start" }, { executed }));
}

interface BullMQ {
  readonly QueueBase?: { readonly prototype: object };
  readonly FlowProducer?: { readonly prototype: object };
}

/** Its classes are wrapped where their objects find their methods: also those that there are take part. */
function traceBullMQ(undos: Undos): void {
  undos.add(
    watchModules(/(^|[\\/])bullmq([\\/]dist[\\/]cjs[\\/]index\.js)?$/, (exports) => {
      const { QueueBase, FlowProducer } = exports as BullMQ;
      if (QueueBase && methodOf(QueueBase.prototype, "trace")) {
        undos.add(instrumentQueueBase(QueueBase.prototype, {}));
      }
      if (FlowProducer) undos.add(instrumentFlowProducer(FlowProducer.prototype, {}));
      return QueueBase !== undefined;
    }),
  );
}
