// As serve.mjs, of CommonJS modules.
const { once } = require("node:events");
const http = require("node:http");
const express = require("express");
const { graphql, GraphQLObjectType, GraphQLSchema, GraphQLString } = require("graphql");

const resolve = async () => "one";
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: "Query", fields: { device: { type: GraphQLString, resolve } } }),
});
const app = express();
app.get("/devices/:id", async (_req, res) =>
  res.json(await graphql({ schema, source: "query Device { device }" })),
);
const server = app.listen(0, "127.0.0.1", async () => {
  const [response] = await once(http.get(`http://127.0.0.1:${server.address().port}/devices/1`), "response");
  for await (const chunk of response) process.stdout.write(chunk);
  console.log();
  server.close();
});
