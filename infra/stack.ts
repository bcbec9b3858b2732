import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { Alerting } from "./components/alerting.ts";
import { Cache } from "./components/cache.ts";
import { Collector } from "./components/collector.ts";
import { Database } from "./components/database.ts";
import { Entry } from "./components/entry.ts";
import { Grafana } from "./components/grafana.ts";
import { Logs } from "./components/logs.ts";
import { Metrics } from "./components/metrics.ts";
import { Namespaces } from "./components/namespaces.ts";
import { NetworkPolicies } from "./components/network.ts";
import { Operators } from "./components/operators.ts";
import { Storage } from "./components/storage.ts";
import { TenantGateway } from "./components/tenant-gateway.ts";
import { Traces } from "./components/traces.ts";
import type { StackConfig } from "./config/schema.ts";

/** The whole platform of one environment. */
export class ObservabilityStack extends ComponentResource {
  constructor(name: string, stack: StackConfig, opts?: ComponentResourceOptions) {
    super("autoweave:infra:ObservabilityStack", name, {}, opts);
    const child = { parent: this };

    const namespaces = new Namespaces("namespaces", { stack }, child);
    const inNamespace = { parent: this, dependsOn: namespaces };
    const storage = new Storage("storage", { stack }, inNamespace);
    new NetworkPolicies("network", { stack }, inNamespace);

    const operators = new Operators("operators", { stack }, inNamespace);
    const operated = { parent: this, dependsOn: [namespaces, operators] };
    // Nothing but time orders a workload after its role: with Pod Identity neither names the other.
    const stored = { parent: this, dependsOn: [namespaces, operators, storage] };
    const database = new Database("database", { stack, storage }, stored);
    const cache = new Cache("cache", { stack }, inNamespace);

    const metrics = new Metrics("metrics", { stack }, operated);
    new Alerting("alerting", { stack }, operated);
    const traces = new Traces("traces", { stack, storage }, stored);
    const logs = new Logs("logs", { stack, storage }, stored);
    const collector = new Collector("collector", { stack }, operated);
    // It does not start before every Service behind it has an address.
    const behindGateway = { parent: this, dependsOn: [metrics, traces, logs, collector] };
    new TenantGateway("tenant-gateway", { stack }, behindGateway);
    new Grafana(
      "grafana",
      { stack, database, cache },
      { parent: this, dependsOn: [database, cache, operators] },
    );
    new Entry("entry", { stack }, operated);

    this.registerOutputs();
  }
}
