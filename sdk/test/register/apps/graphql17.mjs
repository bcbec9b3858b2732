// Executes with graphql 17, which is a package of ES modules.
import { graphql, GraphQLObjectType, GraphQLSchema, GraphQLString } from "graphql17";

const resolve = async () => "one";
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: "Query", fields: { device: { type: GraphQLString, resolve } } }),
});
console.log(JSON.stringify(await graphql({ schema, source: "query Device { device }" })));
