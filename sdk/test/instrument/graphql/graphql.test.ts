import assert from "node:assert/strict";
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import * as graphql16 from "graphql";
import * as graphql17 from "graphql17";
import { traceGraphQLExecution } from "../../../src/instrument/graphql/execution.ts";
import { instrumentGraphQL } from "../../../src/instrument/graphql/graphql.ts";
import type { Undo } from "../../../src/instrument/wrap.ts";
import { attributes } from "../../../src/names/index.ts";
import { recordTelemetry, type RecordedTelemetry } from "../../support/recorded-telemetry.ts";

const versions = { "graphql 16": graphql16, "graphql 17": graphql17 as unknown as typeof graphql16 };
const duration = "autoweave_graphql_resolver_duration_seconds";

for (const [version, { graphql, execute, parse, subscribe, ...types }] of Object.entries(versions)) {
  describe(`GraphQL with ${version}`, () => {
    const { GraphQLSchema, GraphQLObjectType, GraphQLString, GraphQLInt, GraphQLList } = types;
    let recorded: RecordedTelemetry;
    let schema: graphql16.GraphQLSchema;
    let undo: Undo;
    let devices: { name: string }[];

    beforeEach(() => {
      recorded = recordTelemetry();
      devices = [{ name: "one" }, { name: "two" }];
      const Device = new GraphQLObjectType({
        name: "Device",
        fields: {
          name: { type: GraphQLString },
          serial: { type: GraphQLString, resolve: async ({ name }: { name: string }) => `serial of ${name}` },
        },
      });
      const Query = new GraphQLObjectType({
        name: "Query",
        fields: {
          devices: {
            type: new GraphQLList(Device),
            args: { first: { type: GraphQLInt }, token: { type: GraphQLString } },
            resolve: () => devices,
          },
          broken: {
            type: GraphQLString,
            resolve: () => {
              throw new Error("broken");
            },
          },
          rejected: { type: GraphQLString, resolve: () => Promise.reject(new Error("rejected")) },
          active: {
            type: GraphQLString,
            resolve: async () => {
              await null;
              return trace.getActiveSpan()?.spanContext().spanId;
            },
          },
        },
      });
      const Mutation = new GraphQLObjectType({
        name: "Mutation",
        fields: {
          rename: {
            type: GraphQLString,
            args: { name: { type: GraphQLString } },
            resolve: (_source, { name }: { name: string }) => name,
          },
        },
      });
      const Subscription = new GraphQLObjectType({
        name: "Subscription",
        fields: {
          ticks: {
            type: GraphQLInt,
            async *subscribe() {
              yield 1;
              yield 2;
            },
            resolve: (tick: number) => tick,
          },
        },
      });
      schema = new GraphQLSchema({ query: Query, mutation: Mutation, subscription: Subscription });
      undo = instrumentGraphQL(schema);
    });

    afterEach(async () => {
      undo();
      await recorded.stop();
    });

    const names = () => recorded.spans.map(({ name }) => name).sort();

    it("makes a span of the operation and one of each resolver, below it", async () => {
      const { data } = await graphql({ schema, source: "query Inventory { devices { name serial } }" });
      await recorded.ended(4);
      assert.equal(
        JSON.stringify(data),
        '{"devices":[{"name":"one","serial":"serial of one"},{"name":"two","serial":"serial of two"}]}',
      );
      assert.deepEqual(names(), [
        "Device.serial",
        "Device.serial",
        "GraphQL query Inventory",
        "Query.devices",
      ]);
      const operation = recorded.span("GraphQL query Inventory");
      assert.equal(operation.attributes[attributes.graphqlOperationType], "query");
      assert.equal(operation.attributes[attributes.graphqlOperationName], "Inventory");
      assert.equal(operation.parentSpanContext, undefined);
      for (const span of recorded.spans.filter((span) => span !== operation)) {
        assert.equal(span.parentSpanContext?.spanId, operation.spanContext().spanId);
        assert.ok(
          span.endTime[0] * 1e9 + span.endTime[1] <= operation.endTime[0] * 1e9 + operation.endTime[1] + 1e6,
        );
      }
      const paths = recorded.spans.map((span) => span.attributes[attributes.graphqlFieldPath]);
      assert.deepEqual(paths.filter(Boolean).sort(), ["devices", "devices.0.serial", "devices.1.serial"]);
    });

    it("belongs to what it was called in", async () => {
      const parent = trace.getTracer("test").startSpan("request");
      await context.with(trace.setSpan(context.active(), parent), () =>
        graphql({ schema, source: "{ active }" }),
      );
      await recorded.ended(2);
      assert.equal(recorded.span("GraphQL query").parentSpanContext?.spanId, parent.spanContext().spanId);
    });

    it("runs resolvers in their spans, also after they have waited", async () => {
      const { data } = await graphql({ schema, source: "{ active }" });
      await recorded.ended(2);
      assert.equal(data?.["active"], recorded.span("Query.active").spanContext().spanId);
    });

    it("keeps executions of one document apart", async () => {
      const document = parse("query Same { active }");
      await Promise.all([execute({ schema, document }), execute({ schema, document })]);
      await recorded.ended(4);
      const operations = recorded.spans.filter(({ name }) => name === "GraphQL query Same");
      assert.equal(new Set(operations.map((span) => span.spanContext().traceId)).size, 2);
    });

    it("marks a resolver that fails, and its operation, and passes the error on", async () => {
      for (const [field, message] of [
        ["broken", "broken"],
        ["rejected", "rejected"],
      ] as const) {
        const { errors } = await graphql({ schema, source: `query ${field}Query { ${field} }` });
        assert.equal(errors?.[0]?.message, message);
        await recorded.ended(recorded.spans.length + 1);
        for (const name of [`Query.${field}`, `GraphQL query ${field}Query`]) {
          const span = recorded.span(name);
          assert.equal(span.status.code, SpanStatusCode.ERROR);
          assert.equal(span.status.message, message);
        }
        assert.equal(await recorded.metric(duration, { parent_type: "Query", field, outcome: "error" }), 1);
      }
    });

    it("makes few spans of a long list, and measures all of it", async () => {
      devices = Array.from({ length: 10_000 }, (_, i) => ({ name: String(i) }));
      await graphql({ schema, source: "{ devices { serial } }" });
      await recorded.ended(12);
      await new Promise(setImmediate);
      assert.equal(recorded.spans.length, 12);
      assert.equal(recorded.span("GraphQL query").attributes[attributes.graphqlUntraced], 9_990);
      assert.equal(await recorded.metric(duration, { parent_type: "Device", field: "serial" }), 10_000);
    });

    it("masks arguments and literals, and leaves comments out", async () => {
      const source = 'mutation Rename { # secret\n rename(name: "secret") }';
      const { data } = await graphql({ schema, source });
      assert.equal(data?.["rename"], "secret");
      await recorded.ended(2);
      assert.ok(!JSON.stringify(recorded.spans.map((span) => span.attributes)).includes("secret"));
      assert.equal(recorded.span("Mutation.rename").attributes[attributes.graphqlArguments], "{ name: * }");
      const document = String(
        recorded.span("GraphQL mutation Rename").attributes[attributes.graphqlDocument],
      );
      assert.match(document, /^mutation Rename \{\s+rename\(name: \*\) \}$/);
    });

    it("records arguments and literals for those who ask for it", async () => {
      undo();
      undo = instrumentGraphQL(schema, { recordArguments: true });
      await graphql({ schema, source: 'mutation { rename(name: "known") }' });
      await recorded.ended(2);
      assert.equal(
        recorded.span("Mutation.rename").attributes[attributes.graphqlArguments],
        "{ name: 'known' }",
      );
      assert.match(String(recorded.span("GraphQL mutation").attributes[attributes.graphqlDocument]), /known/);
    });

    it("makes an operation of each event of a subscription", async () => {
      const events = await subscribe({ schema, document: parse("subscription Ticks { ticks }") });
      assert.ok(Symbol.asyncIterator in events);
      const ticks: unknown[] = [];
      for await (const { data } of events) ticks.push(data?.["ticks"]);
      await recorded.ended(4);
      assert.deepEqual(ticks, [1, 2]);
      assert.equal(names().filter((name) => name === "GraphQL subscription Ticks").length, 2);
    });

    it("is as it was when it was undone, however often it was done", async () => {
      undo();
      const field = schema.getQueryType()?.getFields()["broken"];
      const before = field?.resolve;
      const undos = [instrumentGraphQL(schema), instrumentGraphQL(schema)];
      await graphql({ schema, source: "{ broken }" });
      await recorded.ended(2);
      assert.equal(recorded.spans.length, 2);
      for (const one of undos) one();
      assert.equal(field?.resolve, before);
      await graphql({ schema, source: "{ broken }" });
      assert.equal(recorded.spans.length, 2);
    });

    it("refuses what has no resolvers, and says what it looked for", () => {
      const plain = types.buildSchema("type Query { name: String }");
      for (const target of [plain, {}, null as unknown as object]) {
        assert.throws(() => instrumentGraphQL(target), {
          code: "AUTOWEAVE_NOT_INSTRUMENTABLE",
          message: /resolve function/,
        });
      }
    });

    describe("whose execution is traced", () => {
      it("has a span for all of it, which resolvers share, and instruments the schema", async () => {
        undo();
        const traced = traceGraphQLExecution(execute);
        await traced({ schema, document: parse("query Inventory { devices { name serial } }") });
        await recorded.ended(4);
        assert.deepEqual(names(), [
          "Device.serial",
          "Device.serial",
          "GraphQL query Inventory",
          "Query.devices",
        ]);
        assert.equal(recorded.spans.at(-1)?.name, "GraphQL query Inventory");
      });

      it("has a span where resolvers are methods of the root value", async () => {
        const plain = types.buildSchema("type Query { name: String, other: String! }");
        const rootValue = { name: () => trace.getActiveSpan()?.spanContext().spanId };
        const traced = traceGraphQLExecution(execute);
        const document = parse("query A { name } query B { other }");
        const { data } = await traced({ schema: plain, document, operationName: "A", rootValue });
        assert.equal(data?.["name"], recorded.span("GraphQL query A").spanContext().spanId);
        await traced({ schema: plain, document, operationName: "B", rootValue });
        assert.equal(recorded.span("GraphQL query B").status.code, SpanStatusCode.ERROR);
      });

      it("leaves it to graphql to refuse what cannot be executed", async () => {
        const traced = traceGraphQLExecution(execute);
        await assert.rejects(async () => traced({} as never));
        const { errors } = await traced({
          schema,
          document: parse("query A { active }"),
          operationName: "C",
        });
        assert.match(errors?.[0]?.message ?? "", /Unknown operation/);
        assert.equal(recorded.spans.length, 0);
      });
    });
  });
}
