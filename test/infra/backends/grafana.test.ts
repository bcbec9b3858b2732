import assert from "node:assert/strict";
import { grafanaValues } from "../../../infra/backends/grafana.ts";
import type { GrafanaConnections } from "../../../infra/backends/grafana/connections.ts";
import { grafanaDatasources } from "../../../infra/backends/grafana/datasources.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const ref = (secret: string) => ({ secret, key: "password" });
const connections: GrafanaConnections = {
  database: {
    host: "grafana-db-rw",
    port: 5432,
    name: "grafana",
    user: "grafana",
    sslMode: "verify-full",
    password: ref("grafana-db-owner"),
    ca: { secret: "grafana-db-ca", key: "ca.crt" },
  },
  cache: { address: "cache.example.com:6379", tls: true, password: ref("redis-auth") },
  adminPassword: ref("grafana-admin"),
  encryptionKey: ref("grafana-encryption-key"),
};
const oidc = {
  clientId: "grafana",
  clientSecret: "top-secret",
  authUrl: "https://id.example.com/auth",
  tokenUrl: "https://id.example.com/token",
  userInfoUrl: "https://id.example.com/me",
};
const valuesOf = (settings: object, more: Partial<GrafanaConnections> = {}) =>
  grafanaValues(stackOf(settings), { ...connections, ...more });

describe("Grafana", () => {
  it("runs once in small, three times in standard, or as often as the settings say", () => {
    assert.equal(valuesOf(minimal).replicas, 1);
    assert.equal(valuesOf(production).replicas, 3);
    assert.equal(valuesOf({ ...production, grafana: { replicas: 5 } }).replicas, 5);
  });

  it("lets replicas find each other for alerting, and does not look for any when alone", () => {
    const { headlessService, "grafana.ini": ini } = valuesOf(production);
    assert.equal(headlessService, true);
    assert.equal(ini.unified_alerting.ha_peers, "grafana-headless:9094");
    assert.equal(valuesOf(minimal).headlessService, false);
    assert.equal(valuesOf(minimal)["grafana.ini"].unified_alerting.ha_peers, undefined);
  });

  it("takes its secrets from Secrets, by the environment", () => {
    const { envValueFrom, admin } = valuesOf(minimal);
    assert.deepEqual(envValueFrom, {
      GF_DATABASE_PASSWORD: { secretKeyRef: { name: "grafana-db-owner", key: "password" } },
      REDIS_PASSWORD: { secretKeyRef: { name: "redis-auth", key: "password" } },
      GF_SECURITY_SECRET_KEY: { secretKeyRef: { name: "grafana-encryption-key", key: "password" } },
    });
    assert.deepEqual(admin, { existingSecret: "grafana-admin", passwordKey: "password" });
  });

  it("verifies the database's certificate, and speaks TLS to a cache that has it", () => {
    const { "grafana.ini": ini, extraSecretMounts } = valuesOf(minimal);
    assert.equal(ini.database.ssl_mode, "verify-full");
    assert.equal(ini.database.ca_cert_path, "/etc/grafana/database-ca/ca.crt");
    assert.equal(extraSecretMounts[0]?.secretName, "grafana-db-ca");
    assert.deepEqual(extraSecretMounts[0]?.items, [{ key: "ca.crt", path: "ca.crt" }]);
    assert.equal(
      ini.remote_cache.connstr,
      "addr=cache.example.com:6379,password=$__env{REDIS_PASSWORD},ssl=true",
    );
  });

  it("lets nobody in unnamed and nobody sign up, and tells nobody about itself", () => {
    const { "grafana.ini": ini } = valuesOf(production);
    assert.equal(ini["auth.anonymous"].enabled, false);
    assert.equal(ini.users.allow_sign_up, false);
    assert.equal(ini.security.cookie_secure, true);
    assert.equal(ini.server.root_url, "https://grafana.example.com");
    assert.ok(Object.values(ini.analytics).every((on) => !on));
  });

  it("runs the plugins of its image, and fetches none when it starts", () => {
    const { "grafana.ini": ini, ...values } = valuesOf(production);
    assert.equal(ini.plugins.preinstall_disabled, true);
    for (const key of ["plugins", "image"]) assert.ok(!(key in values), key);
  });

  it("offers single sign-on when the settings describe it", () => {
    const values = valuesOf({ ...production, grafana: { oidc } }, { oidcClientSecret: ref("grafana-oidc") });
    assert.equal(values["grafana.ini"]["auth.generic_oauth"]?.auth_url, oidc.authUrl);
    assert.ok(values.envValueFrom.GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET);
    assert.doesNotMatch(JSON.stringify(values), /top-secret/);
    assert.equal(valuesOf(production)["grafana.ini"]["auth.generic_oauth"], undefined);
  });

  it("takes dashboards from labelled ConfigMaps, and may read no Secret for it", () => {
    const { sidecar, rbac } = valuesOf(minimal);
    assert.equal(sidecar.dashboards.label, "grafana_dashboard");
    assert.equal(sidecar.dashboards.resource, "configmap");
    assert.deepEqual(rbac, { namespaced: true, useExistingRole: "grafana-dashboards" });
  });

  it("gives every container with a root that nobody writes to a folder for temporary files", () => {
    const { sidecar, extraEmptyDirMounts } = valuesOf(minimal);
    const tmp = { name: "tmp", mountPath: "/tmp" };
    assert.deepEqual(sidecar.dashboards.extraMounts, [tmp]);
    assert.deepEqual(extraEmptyDirMounts[0], tmp);
  });
});

interface Datasource {
  uid: string;
  url: string;
  jsonData: Record<string, unknown>;
  secureJsonData?: Record<string, string>;
}

describe("Grafana's datasources", () => {
  const datasources = grafanaDatasources(stackOf(production)).datasources as unknown as Datasource[];
  const at = (uid: string) => datasources.find((datasource) => datasource.uid === uid);

  it("are Prometheus twice, Tempo, Loki and Alertmanager, at the addresses of their services", () => {
    assert.deepEqual(
      datasources.map(({ uid, url }) => [uid, url]),
      [
        ["prometheus", "http://prometheus-main:9090"],
        ["prometheus-long-term", "http://prometheus-long-term:9090"],
        ["tempo", "http://tempo-store-query-frontend:3200"],
        ["loki", "http://loki-store:3100"],
        ["alertmanager", "http://alertmanager-main:9093"],
      ],
    );
  });

  it("show operators the traces and logs of all tenants", () => {
    for (const uid of ["tempo", "loki"]) {
      assert.equal(at(uid)?.jsonData.httpHeaderName1, "X-Scope-OrgID");
      assert.equal(at(uid)?.secureJsonData?.httpHeaderValue1, "prod-tenant|premium-tenant");
    }
  });

  it("link every signal to the others by a datasource that exists", () => {
    const text = JSON.stringify(datasources.map(({ jsonData }) => jsonData));
    const linked = [...text.matchAll(/"datasourceUid":"([^"]+)"/g)].map(([, uid]) => uid);
    assert.deepEqual([...new Set(linked)].sort(), ["loki", "prometheus", "tempo"]);
    assert.ok(at("prometheus")?.jsonData.exemplarTraceIdDestinations);
    assert.ok(at("tempo")?.jsonData.tracesToLogsV2);
    assert.ok(at("tempo")?.jsonData.tracesToMetrics);
    assert.ok(at("loki")?.jsonData.derivedFields);
  });

  it("double the dollar of Grafana's own variables, which provisioning would replace", () => {
    const text = JSON.stringify(datasources);
    assert.match(text, /\$\$\{__trace\.traceId\}/);
    assert.doesNotMatch(text.replaceAll("$$", ""), /\$/);
  });
});
