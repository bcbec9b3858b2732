import { probeMetric } from "./probe.ts";

/** A request to one of the gateway's endpoints that reads; `start` and `end` are added. */
export interface Question {
  endpoint: "tempo" | "loki" | "prometheus";
  path: string;
  parameters?: Record<string, string>;
}

const lines = '{service_name=~"reading_.+"}';
const samples = `${probeMetric}{service=~"reading_.+"}`;

const tempo = (path: string, parameters = {}): Question => ({
  endpoint: "tempo",
  path: `/api/${path}`,
  parameters,
});
const loki = (path: string, parameters = {}): Question => ({
  endpoint: "loki",
  path: `/loki/api/v1/${path}`,
  parameters,
});
const prometheus = (path: string, parameters = {}): Question => ({
  endpoint: "prometheus",
  path: `/api/v1/${path}`,
  parameters,
});

/** All kinds of questions in whose answers names of probes stand, by what they look for. */
export const questions: Record<string, Question> = {
  "searching traces": tempo("search", { q: '{ name =~ "mark.+" }', limit: "1000" }),
  "listing tags": tempo("search/tags"),
  "listing tags by scope": tempo("v2/search/tags"),
  "listing a tag's values": tempo("search/tag/probe/values"),
  "listing an attribute's values": tempo("v2/search/tag/span.probe/values"),
  "listing services of traces": tempo("v2/search/tag/resource.service.name/values"),
  "searching lines": loki("query_range", { query: lines }),
  "counting lines": loki("query", { query: `sum by (service_name) (count_over_time(${lines}[10m]))` }),
  "listing services of lines": loki("label/service_name/values"),
  "listing streams": loki("series", { "match[]": lines }),
  "listing fields of lines": loki("detected_fields", { query: lines }),
  "listing values of a field of lines": loki("detected_field/probe/values", { query: lines }),
  "listing volumes of lines": loki("index/volume", { query: lines }),
  "listing volumes of lines over time": loki("index/volume_range", { query: lines, step: "5" }),
  "asking for samples": prometheus("query", { query: samples }),
  "summing samples": prometheus("query", {
    query: `sum by (tenant_id, probe) ({__name__="${probeMetric}"})`,
  }),
  "asking for samples over time": prometheus("query_range", { query: samples, step: "5" }),
  "listing series": prometheus("series", { "match[]": samples }),
  "listing labels": prometheus("labels"),
  "listing a label's values": prometheus("label/probe/values"),
  federating: { endpoint: "prometheus", path: "/federate", parameters: { "match[]": samples } },
};

/** Questions that name a tenant, by where they do; that tenant itself is answered. */
export const naming = (tenant: string): Record<string, Question> => ({
  "a resource's attribute": tempo("search", {
    q: `{ resource.tenant.id = "${tenant}" && name =~ "mark.+" }`,
  }),
  "a span's attribute": tempo("search", { q: `{ span.tenant.id = "${tenant}" && name =~ "mark.+" }` }),
  "an alternative of a trace's query": tempo("search", {
    q: `{ name =~ "mark.+" } || { resource.tenant.id = "${tenant}" && name =~ "mark.+" }`,
  }),
  "a filter of lines": loki("query_range", { query: `${lines} | tenant_id="${tenant}"` }),
  "a matcher of samples": prometheus("query", { query: `${probeMetric}{tenant_id="${tenant}"}` }),
  "a pattern of samples": prometheus("query", { query: `${probeMetric}{tenant_id=~".+"}` }),
  "an alternative of samples": prometheus("query", {
    query: `${probeMetric} or ${probeMetric}{tenant_id="${tenant}"}`,
  }),
  "a subquery": prometheus("query", {
    query: `max_over_time((sum by (probe) (${probeMetric}{tenant_id!=""}))[5m:5s])`,
  }),
  "a matcher of series": prometheus("series", { "match[]": `{tenant_id="${tenant}"}` }),
  "a matcher of a label's values": prometheus("label/probe/values", {
    "match[]": `{tenant_id="${tenant}"}`,
  }),
  "a matcher to federate": {
    endpoint: "prometheus",
    path: "/federate",
    parameters: { "match[]": `{tenant_id="${tenant}"}` },
  },
  "a parameter": prometheus("query", { query: probeMetric, tenant_id: tenant }),
});

/** The same by the label that Loki gives to lines of a query over several tenants; who asks as one has no such label. */
export const overTenants = (tenant: string): Record<string, Question> => ({
  "the label of a query over tenants": loki("query_range", { query: `{__tenant_id__="${tenant}"}` }),
  "that label beside others": loki("query_range", {
    query: `{service_name=~"reading_.+", __tenant_id__=~"${tenant}|.*"}`,
  }),
  "that label's values": loki("label/__tenant_id__/values"),
});
