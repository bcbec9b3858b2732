// An app of ES modules that knows nothing of telemetry: serves one request to itself and ends.
import { once } from "node:events";
import express from "express";
import { graphql, GraphQLObjectType, GraphQLSchema, GraphQLString } from "graphql";

const resolve = async () => "one";
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: "Query", fields: { device: { type: GraphQLString, resolve } } }),
});
const app = express();
app.get("/devices/:id", async (_req, res) =>
  res.json(await graphql({ schema, source: "query Device { device }" })),
);
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const response = await fetch(`http://127.0.0.1:${server.address().port}/devices/1`);
console.log(await response.text());
server.close();
server.closeAllConnections();
