import { createHash } from "node:crypto";
import { dirname, basename } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type CustomResourceOptions,
  type Output,
  unsecret,
} from "@pulumi/pulumi";
import { counterPath, gatewayConfig, gatewayPaths, tokenMap } from "../backends/gateway.ts";
import type { StackConfig } from "../config/schema.ts";
import { kebab } from "../kebab.ts";
import { containerSecurity, podSecurity, spread } from "../pods.ts";
import { sizesOf } from "../sizes.ts";
import { criticalPriorityOf, names, workloads } from "../topology.ts";
import { generatedCredential } from "./credentials.ts";
import { disruptionBudget } from "./disruption.ts";

const image = "docker.io/nginxinc/nginx-unprivileged:1.30.4-alpine-slim";
const exporterImage = "docker.io/nginx/nginx-prometheus-exporter:1.4.2";
/** User and group of nginx in that image. */
const nginxUser = 101;

const { labels, ports } = workloads.gateway;
type GatewayPort = keyof typeof ports;

interface ServicePort {
  number: number;
  target: GatewayPort;
  appProtocol?: string;
}

/** The Services by which apps know the gateway. */
const services: Record<string, Record<string, ServicePort>> = {
  [names.gateway.tempo]: {
    "otlp-grpc": { number: 4317, target: "otlpGrpc", appProtocol: "kubernetes.io/h2c" },
    "otlp-http": { number: 4318, target: "otlpHttp" },
    http: { number: 3200, target: "tempo" },
    // Tempo's port of old, which instructions of that time still name.
    "http-legacy": { number: 3100, target: "tempo" },
  },
  [names.gateway.loki]: { http: { number: 3100, target: "loki" } },
  [names.gateway.prometheus]: { http: { number: 9090, target: "prometheus" } },
};

/** What every app and every reader from outside talks to: it knows a tenant by its token, and nothing else. */
export class TenantGateway extends ComponentResource {
  constructor(name: string, { stack }: { stack: StackConfig }, opts?: ComponentResourceOptions) {
    super("autoweave:infra:TenantGateway", name, {}, opts);
    const child = { parent: this };
    const { namespace } = stack;

    const config = gatewayConfig(stack);
    const tokens = this.credentials(stack, child);
    new k8s.core.v1.ConfigMap(
      `${name}-config`,
      { metadata: { name: "gateway", namespace }, data: { [basename(gatewayPaths.config)]: config } },
      child,
    );
    new k8s.core.v1.Secret(
      `${name}-tokens`,
      {
        metadata: { name: "gateway-tokens", namespace },
        stringData: { [basename(gatewayPaths.tokens)]: tokens },
      },
      child,
    );
    new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata: { name: "gateway", namespace }, automountServiceAccountToken: false },
      child,
    );
    this.deployment(name, stack, {
      "autoweave.com/config": digest(config),
      // A digest of tokens as long as these gives none of them away; unless shown, a new token would roll no pod.
      "autoweave.com/tokens": unsecret(tokens.apply(digest)),
    });
    disruptionBudget("gateway", { namespace, labels, replicas: sizesOf(stack).gateway.replicas }, child);

    for (const [service, servicePorts] of Object.entries(services)) {
      new k8s.core.v1.Service(
        `${name}-${service}`,
        {
          metadata: { name: service, namespace, labels },
          spec: {
            selector: labels,
            ports: Object.entries(servicePorts).map(([port, { number, target, appProtocol }]) => ({
              name: port,
              port: number,
              targetPort: ports[target].number,
              ...(appProtocol ? { appProtocol } : {}),
            })),
          },
        },
        child,
      );
    }
    this.registerOutputs();
  }

  /** A Secret with a token for each tenant and each service; gives the table that nginx reads. */
  private credentials(
    { namespace, tenants, services }: StackConfig,
    child: CustomResourceOptions,
  ): Output<string> {
    const credential = (kind: "tenant" | "service", id: string, labels: Record<string, string>) => {
      const { value } = generatedCredential(
        `${kind}-token-${id}`,
        { namespace, key: "token", labels },
        child,
      );
      return value.apply((token) => ({ id, token }));
    };
    return all([
      ...tenants.map(({ id, tier }) =>
        credential("tenant", id, { "autoweave.com/tenant": id, "autoweave.com/tier": tier }),
      ),
      ...services.map((service) =>
        credential("service", service.name, { "autoweave.com/service": service.name }),
      ),
    ]).apply(tokenMap);
  }

  private deployment(name: string, stack: StackConfig, annotations: Record<string, string | Output<string>>) {
    const { namespace } = stack;
    const { gateway, sidecar } = sizesOf(stack);
    const { replicas, resources } = gateway;
    const { metrics, ...nginxPorts } = ports;
    const httpGet = { path: "/healthz", port: ports.status.number };
    return new k8s.apps.v1.Deployment(
      name,
      {
        metadata: { name: "gateway", namespace, labels },
        spec: {
          replicas,
          selector: { matchLabels: labels },
          strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: {
            metadata: { labels, annotations },
            spec: {
              serviceAccountName: "gateway",
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              priorityClassName: criticalPriorityOf(stack),
              securityContext: podSecurity(nginxUser),
              topologySpreadConstraints: spread(labels),
              terminationGracePeriodSeconds: 40,
              containers: [
                {
                  name: "nginx",
                  image,
                  command: ["nginx", "-e", "stderr", "-c", gatewayPaths.config],
                  ports: Object.entries(nginxPorts).map(([port, { number }]) => ({
                    name: kebab(port),
                    containerPort: number,
                  })),
                  resources,
                  securityContext: containerSecurity,
                  readinessProbe: { httpGet, periodSeconds: 5 },
                  livenessProbe: { httpGet, periodSeconds: 10, failureThreshold: 6 },
                  // Until every node has heard that this pod is leaving, requests still come.
                  lifecycle: { preStop: { exec: { command: ["sleep", "5"] } } },
                  volumeMounts: [
                    { name: "config", mountPath: dirname(gatewayPaths.config), readOnly: true },
                    { name: "tokens", mountPath: dirname(gatewayPaths.tokens), readOnly: true },
                    { name: "temporary", mountPath: gatewayPaths.temporary },
                  ],
                },
                {
                  name: "exporter",
                  image: exporterImage,
                  args: [
                    `--nginx.scrape-uri=http://127.0.0.1:${ports.status.number}${counterPath}`,
                    `--web.listen-address=:${metrics.number}`,
                  ],
                  ports: [{ name: "metrics", containerPort: metrics.number }],
                  resources: sidecar.resources,
                  securityContext: containerSecurity,
                },
              ],
              volumes: [
                { name: "config", configMap: { name: "gateway" } },
                { name: "tokens", secret: { secretName: "gateway-tokens", defaultMode: 0o440 } },
                { name: "temporary", emptyDir: { sizeLimit: "1Gi" } },
              ],
            },
          },
        },
      },
      { parent: this },
    );
  }
}

const digest = (text: string) => createHash("sha256").update(text).digest("hex");
