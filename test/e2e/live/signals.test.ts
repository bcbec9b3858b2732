import assert from "node:assert/strict";
import {
  attributes,
  commonLabels,
  durationBucketsSeconds,
  type logFields,
  type MetricDefinition,
  metrics,
  runtimeMetrics,
  transferDirections,
} from "../../../sdk/src/names/index.ts";
import manifest from "../../../local/demo/package.json" with { type: "json" };
import { eventually, type Live, sharedLive } from "../../support/live.ts";
import { LiveApp } from "./support/app.ts";
import { expectedSpans, hub, worker } from "./support/expected-spans.ts";
import { untilNothingIsMissing } from "./support/missing.ts";
import { TenantView } from "./support/tenant-view.ts";

const environment = "development";
const { version } = manifest;
/** Long enough for the sample app to have done everything at least once. */
const patienceSeconds = 90;
const vocabulary: MetricDefinition[] = Object.values({ ...metrics, ...runtimeMetrics });

describe("what the sample app tells", function () {
  this.timeout("4m");
  let live: Live;
  let app: LiveApp;
  let views: TenantView[];

  before(async () => {
    live = await sharedLive();
    app = new LiveApp(live);
    views = live.tenants.map((tenant) => new TenantView(live, tenant));
  });

  describe("as metrics", () => {
    /** All series of the sample app's processes; those that Prometheus or Tempo make of others are none. */
    const series = async () =>
      (
        await live.query(`{service=~"${hub}|${worker}",tenant_id!="",__name__!~".+:.+|traces_.+|ALERTS.*"}`)
      ).map(({ metric }) => metric);
    const nameOf = ({ type, name }: MetricDefinition) => (type === "histogram" ? `${name}_bucket` : name);

    it("is every metric of the vocabulary, for each tenant what is a tenant's, by the labels that it has", async () => {
      await untilNothingIsMissing(patienceSeconds, async () => {
        const found = Map.groupBy(await series(), ({ __name__ }) => __name__);
        return vocabulary.flatMap((definition) => {
          const among = found.get(nameOf(definition)) ?? [];
          const labels = [...commonLabels, ...definition.labels];
          const whole = among.filter((one) => labels.every((label) => one[label] !== undefined));
          const tenants = definition.ofProcess ? [app.ownTenant] : live.tenants;
          return tenants
            .filter((tenant) => !whole.some(({ tenant_id }) => tenant_id === tenant))
            .map((tenant) => `${definition.name} of ${tenant}`);
        });
      });
    });

    it("has environment and version wherever it has a service, scraped and pushed alike", async () => {
      const all = await series();
      for (const service of [hub, worker]) {
        const own = all.filter((one) => one["service"] === service);
        assert.ok(own.length > 100, service);
        for (const one of own)
          assert.deepEqual([one["environment"], one["version"]], [environment, version], one["__name__"]);
      }
      const scraped = all.filter(({ job }) => job?.endsWith("/apps"));
      const pushed = all.filter(({ job }) => job === worker);
      assert.equal(scraped.length + pushed.length, all.length);
      assert.deepEqual(
        [scraped, pushed].map((some) => [...new Set(some.map(({ service }) => service))]),
        [[hub], [worker]],
      );
    });

    it("has no labels but those of the vocabulary and of its target, scraped and pushed", async () => {
      const target = ["__name__", "le", "container", "endpoint", "instance", "job", "namespace", "pod"];
      const all = Map.groupBy(await series(), ({ __name__ = "" }) => __name__);
      for (const definition of vocabulary) {
        const known = [...target, ...commonLabels, ...definition.labels];
        for (const one of all.get(nameOf(definition)) ?? [])
          for (const label of Object.keys(one))
            assert.ok(known.includes(label), `${definition.name}: ${label}`);
      }
    });

    it("has histograms with the bounds that the vocabulary promises, scraped and pushed", async () => {
      const all = await series();
      const bounds = (name: string, service: string) =>
        new Set(
          all
            .filter((one) => one["__name__"] === `${name}_bucket` && one["service"] === service)
            .map(({ le }) => le),
        );
      let seen = 0;
      for (const { name, buckets } of vocabulary.filter(({ type }) => type === "histogram"))
        for (const service of [hub, worker]) {
          const found = bounds(name, service);
          if (found.size === 0) continue;
          seen++;
          const expected = [...(buckets ?? durationBucketsSeconds), Infinity];
          assert.deepEqual(
            [...found].map((le) => Number(le?.replace("+Inf", "Infinity"))).sort((a, b) => a - b),
            expected,
            name,
          );
        }
      assert.ok(seen >= vocabulary.filter(({ type }) => type === "histogram").length);
    });

    it("counts what was moved, into each direction", async () => {
      for (const direction of transferDirections) {
        const expr = `${metrics.usbTransferBytes.name}{direction="${direction}"} > 0`;
        for (const view of views)
          await eventually(`bytes ${direction} of ${view.tenant}`, patienceSeconds, async () =>
            (await view.query(expr)).length > 0 ? true : undefined,
          );
      }
    });
  });

  describe("as spans", () => {
    for (const { name, service, kind, attributes: own } of expectedSpans)
      it(`is ${name}, for each tenant, with what the vocabulary promises`, async () => {
        const conditions = [
          `name = "${name}"`,
          `kind = ${kind}`,
          `resource.${attributes.serviceName} = "${service}"`,
          `resource.${attributes.serviceVersion} = "${version}"`,
          `resource.${attributes.environment} = "${environment}"`,
          `resource.${attributes.serviceInstanceId} != nil`,
          ...own.map((attribute) => `span.${attribute} != nil`),
        ];
        for (const view of views) {
          const ofTenant = `span.${attributes.tenantId} = "${view.tenant}"`;
          const query = `{ ${[...conditions, ofTenant].join(" && ")} }`;
          await eventually(`${name} of ${view.tenant}`, patienceSeconds, () => view.findTrace(query));
        }
      });

    it("becomes metrics of spans and a graph of services, for each tenant", async () => {
      const expected = [
        `traces_spanmetrics_calls_total{service="${hub}",span_kind="SPAN_KIND_SERVER",environment="${environment}",version="${version}"}`,
        `traces_spanmetrics_latency_bucket{service="${worker}",span_kind="SPAN_KIND_CONSUMER",le="0.1"}`,
        `traces_service_graph_request_total{client="${hub}",server="${worker}"} > 0`,
        `traces_service_graph_request_server_seconds_bucket{client="${hub}",server="${worker}"}`,
      ];
      for (const view of views)
        for (const expr of expected) {
          const { metric } = await eventually(
            `${expr} of ${view.tenant}`,
            patienceSeconds,
            async () => (await view.query(expr))[0],
          );
          assert.equal(metric["tenant_id"], view.tenant);
        }
    });
  });

  describe("as log lines", () => {
    /** Where Loki has each field of the vocabulary. */
    const places: Record<keyof typeof logFields, string> = {
      time: "the time of the line",
      message: "the line",
      level: "detected_level",
      service: "service_name",
      environment: "deployment_environment_name",
      tenantId: "tenant_id",
      traceId: "trace_id",
      spanId: "span_id",
      traceFlags: "flags",
      component: "component",
      audit: "audit",
    };

    it("has every field of the vocabulary, for each tenant, from each service", async () => {
      // The worker proves nothing.
      const { audit, ...others } = places;
      const expected: [expr: string, places: string[]][] = [
        [`{service_name="${hub}"} | ${audit}="true"`, Object.values(places)],
        [`{service_name="${worker}"}`, Object.values(others)],
      ];
      for (const view of views)
        for (const [expr, wanted] of expected)
          await untilNothingIsMissing(patienceSeconds, async () => {
            const found = await view.lines(expr);
            for (const { stream, values } of found) {
              assert.equal(stream["tenant_id"], view.tenant);
              for (const [nanoseconds, line] of values) assert.ok(Number(nanoseconds) > 0 && line !== "");
            }
            const fields = new Set(found.flatMap(({ stream }) => Object.keys(stream)));
            return wanted.filter((place) => !place.startsWith("the ") && !fields.has(place));
          });
    });

    it("is indexed by service and environment, and by nothing else", async () => {
      for (const view of views) {
        const streams = await view.streams(`{service_name=~"${hub}|${worker}"}`);
        assert.ok(streams.length >= 2);
        for (const labels of streams)
          assert.deepEqual(Object.keys(labels).sort(), ["deployment_environment_name", "service_name"]);
      }
    });
  });
});
