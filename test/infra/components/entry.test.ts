import assert from "node:assert/strict";
import { Entry } from "../../../infra/components/entry.ts";
import { deploy, type Registered } from "../../support/deploy.ts";
import { minimal, stackOf } from "../../support/stacks.ts";

const create = (entry: object) =>
  deploy(() => new Entry("entry", { stack: stackOf({ ...minimal, entry: { ...minimal.entry, ...entry } }) }));
const ofKind = (created: Registered[], kind: string) => created.filter(({ inputs }) => inputs.kind === kind);
const routeNamed = (created: Registered[], name: string) =>
  ofKind(created, "HTTPRoute").find((route) => metadata(route).name === name);
const spec = <Spec>(resource: Registered | undefined) => (resource ?? assert.fail()).inputs.spec as Spec;
const metadata = (resource: Registered | undefined) =>
  (resource ?? assert.fail()).inputs.metadata as {
    name: string;
    namespace?: string;
    annotations: Record<string, string>;
  };

const gateway = {
  kind: "gateway",
  gatewayName: "public",
  gatewayNamespace: "edge",
  controllerNamespace: "envoy-gateway-system",
};

interface IngressSpec {
  ingressClassName: string;
  tls: { hosts: string[]; secretName: string }[];
  rules: {
    host: string;
    http: { paths: { path: string; backend: { service: { name: string; port: { number: number } } } }[] };
  }[];
}
interface RouteSpec {
  hostnames: string[];
  parentRefs: { name: string; namespace: string; port: number }[];
  rules: {
    filters?: { requestRedirect: { scheme: string } }[];
    matches?: { path: { value: string } }[];
    backendRefs?: { name: string; port: number }[];
  }[];
}

describe("the entry", () => {
  it("leads three hosts by TLS to Grafana and, for Tempo and Loki, to the tenants' gateway", async () => {
    const created = await create({ route: { kind: "ingress", className: "traefik" } });
    const { ingressClassName, tls, rules } = spec<IngressSpec>(
      created.find(({ type }) => type.endsWith(":Ingress")),
    );
    const hosts = ["grafana.dev.example.com", "tempo.dev.example.com", "loki.dev.example.com"];
    assert.equal(ingressClassName, "traefik");
    assert.deepEqual(tls, [{ hosts, secretName: "entry-tls" }]);
    const routes = rules.flatMap(({ host, http }) =>
      http.paths.map(
        ({ path, backend: { service } }) => `${host}${path} ${service.name}:${service.port.number}`,
      ),
    );
    assert.deepEqual(routes, [
      "grafana.dev.example.com/ grafana:3000",
      "tempo.dev.example.com/v1 tempo:4318",
      "tempo.dev.example.com/ tempo:3200",
      "loki.dev.example.com/ loki:3100",
    ]);
  });

  it("tells the controller of its class about the body limit", async () => {
    const created = await create({ maxBodyMiB: 5 });
    const { annotations } = metadata(created.find(({ type }) => type.endsWith(":Ingress")));
    assert.equal(annotations["nginx.org/client-max-body-size"], "5m");
  });

  it("takes no traffic without TLS over the Gateway API: port 80 only redirects", async () => {
    const routes = ofKind(await create({ route: gateway }), "HTTPRoute");
    assert.equal(routes.length, 4);
    for (const route of routes) {
      const { parentRefs, rules } = spec<RouteSpec>(route);
      const redirects = rules.every(({ filters }) => filters?.[0]?.requestRedirect.scheme === "https");
      assert.deepEqual(parentRefs, [{ name: "public", namespace: "edge", port: redirects ? 80 : 443 }]);
    }
  });

  it("leads OTLP over gRPC in by the Gateway API too", async () => {
    const tempo = routeNamed(await create({ route: gateway }), "tempo");
    const grpc = spec<RouteSpec>(tempo).rules.filter(({ backendRefs }) => backendRefs?.[0]?.port === 4317);
    assert.equal(grpc.length, 3);
  });

  it("lets the cluster's Gateway read the certificate and nothing else", async () => {
    const [grant] = ofKind(await create({ route: gateway }), "ReferenceGrant");
    assert.equal(metadata(grant).namespace, "autoweave-observability");
    assert.deepEqual(spec(grant), {
      from: [{ group: "gateway.networking.k8s.io", kind: "Gateway", namespace: "edge" }],
      to: [{ group: "", kind: "Secret", name: "entry-tls" }],
    });
  });

  it("has one certificate for the three hosts, whose key changes at each renewal", async () => {
    const [certificate] = ofKind(await create({}), "Certificate");
    const { dnsNames, privateKey, issuerRef } = spec<Record<string, unknown>>(certificate);
    assert.equal((dnsNames as string[]).length, 3);
    assert.deepEqual(privateKey, { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" });
    assert.deepEqual(issuerRef, { group: "cert-manager.io", kind: "Issuer", name: "entry" });
  });

  const issuers: [string, object, string | undefined, object | undefined][] = [
    ["a self-signed issuer", { kind: "selfSigned" }, "Issuer", { selfSigned: {} }],
    [
      "a certificate authority",
      { kind: "ca", secretName: "my-ca" },
      "Issuer",
      { ca: { secretName: "my-ca" } },
    ],
    ["a cluster-wide one", { kind: "selfSigned", clusterScoped: true }, "ClusterIssuer", { selfSigned: {} }],
    ["none but the existing one", { kind: "existing", name: "corporate" }, undefined, undefined],
  ];
  for (const [what, issuer, kind, expected] of issuers) {
    it(`makes ${what}, as the settings say`, async () => {
      const created = await create({ issuer });
      const made = created.find(({ inputs }) => /Issuer$/.test(String(inputs.kind)));
      assert.equal(made?.inputs.kind, kind);
      assert.deepEqual(made?.inputs.spec, expected);
      assert.equal(
        made && metadata(made).namespace,
        kind === "Issuer" ? "autoweave-observability" : undefined,
      );
    });
  }

  it("answers ACME's challenge by the route that is there, and opens no port on the nodes for it", async () => {
    const issuer = { kind: "acme", email: "ops@example.com" };
    const solverOf = async (route: object) => {
      const [made] = ofKind(await create({ issuer, route }), "Issuer");
      return spec<{ acme: { solvers: { http01: object }[] } }>(made).acme.solvers[0]?.http01;
    };
    assert.deepEqual(await solverOf({ kind: "ingress", className: "traefik" }), {
      ingress: { serviceType: "ClusterIP", ingressClassName: "traefik" },
    });
    assert.deepEqual(await solverOf(gateway), {
      gatewayHTTPRoute: {
        serviceType: "ClusterIP",
        parentRefs: [{ name: "public", namespace: "edge", kind: "Gateway" }],
      },
    });
  });

  it("names its hosts to ExternalDNS only when told to", async () => {
    const annotation = async (externalDns: boolean) =>
      metadata((await create({ externalDns })).find(({ type }) => type.endsWith(":Ingress"))).annotations[
        "external-dns.alpha.kubernetes.io/hostname"
      ];
    assert.equal(await annotation(false), undefined);
    assert.match((await annotation(true)) ?? "", /^grafana\.dev\.example\.com,tempo/);
  });
});
