// Starts the telemetry when what it uses has been loaded.
import { graphql } from "graphql";

await import("../../../src/register.ts");
await import("../../../src/register.ts?again");
console.log(typeof graphql);
