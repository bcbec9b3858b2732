import assert from "node:assert/strict";
import { parse } from "yaml";
import { type ChartDefaults, unknownKeys } from "./chart-values.ts";

const text = `
replicas: 1
service:
  port: 80
  # nodePort: 30000
podAnnotations:
  a: b
nodeSelector: {}
exporter:
  enabled: true
`;
const chart: ChartDefaults = { values: parse(text), schema: undefined, text, subcharts: ["exporter"] };

describe("the check of a release's values", () => {
  it("finds keys that the chart has not, at any depth", () => {
    assert.deepEqual(unknownKeys({ replica: 2, service: { prot: 1, port: 2 } }, chart), [
      "replica",
      "service.prot",
    ]);
  });

  it("takes keys that the chart shows commented out", () => {
    assert.deepEqual(unknownKeys({ service: { nodePort: 1 } }, chart), []);
  });

  it("takes any key of maps that are the user's own, and of other charts", () => {
    const own = { podAnnotations: { mine: "x" }, nodeSelector: { disk: "ssd" }, exporter: { any: 1 } };
    assert.deepEqual(unknownKeys(own, chart), []);
  });

  it("takes keys that only the chart's schema has", () => {
    const schema = {
      properties: { service: { $ref: "#/$defs/service" } },
      $defs: { service: { properties: { ip: {} } } },
    };
    assert.deepEqual(unknownKeys({ service: { ip: "x", mac: "y" } }, { ...chart, schema }), ["service.mac"]);
  });

  it("takes keys of maps whose keys the schema leaves open, and checks below the others", () => {
    const schema = { properties: { service: { patternProperties: { "^port-": {} } } } };
    const values = { fullnameOverride: "x", service: { "port-a": {}, other: 1 } };
    assert.deepEqual(unknownKeys(values, { ...chart, schema }), ["service.other"]);
  });
});
