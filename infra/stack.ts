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
  readonly storage: Storage;

  constructor(name: string, stack: StackConfig, opts?: ComponentResourceOptions) {
    super("autoweave:infra:ObservabilityStack", name, {}, opts);
    const child = { parent: this };

    const namespaces = new Namespaces("namespaces", { stack }, child);
    const inNamespace = { parent: this, dependsOn: namespaces };
    this.storage = new Storage("storage", { stack }, inNamespace);
    const { storage } = this;
    new NetworkPolicies("network", { stack }, inNamespace);

    const operators = new Operators("operators", { stack }, inNamespace);
    const operated = { parent: this, dependsOn: [namespaces, operators] };
    const database = new Database("database", { stack, storage }, operated);
    const cache = new Cache("cache", { stack }, inNamespace);

    const metrics = new Metrics("metrics", { stack }, operated);
    new Alerting("alerting", { stack }, operated);
    const traces = new Traces("traces", { stack, storage }, operated);
    const logs = new Logs("logs", { stack, storage }, operated);
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
