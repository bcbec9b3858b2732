import type { StackConfig } from "../../config/schema.ts";
import { hostsOf } from "../../topology.ts";
import type { GrafanaConnections } from "./connections.ts";

/** Where the certificate of the database's authority is mounted. */
export const databaseCaFolder = "/etc/grafana/database-ca";

/** Grafana's own settings. Secrets come from the environment. */
export function grafanaIni(
  stack: StackConfig,
  { database, cache }: Pick<GrafanaConnections, "database" | "cache">,
  replicas: number,
) {
  const { oidc } = stack.grafana;
  const { grafana: host } = hostsOf(stack);
  return {
    server: { domain: host, root_url: `https://${host}`, enforce_domain: false },
    database: {
      type: "postgres",
      host: `${database.host}:${database.port}`,
      name: database.name,
      user: database.user,
      ssl_mode: database.sslMode,
      ...(database.ca ? { ca_cert_path: `${databaseCaFolder}/${database.ca.key}` } : {}),
      // Ten replicas stay below PostgreSQL's usual hundred connections.
      max_open_conn: 8,
      max_idle_conn: 4,
    },
    remote_cache: {
      type: "redis",
      connstr: `addr=${cache.address},password=$__env{REDIS_PASSWORD}${cache.tls ? ",ssl=true" : ""}`,
    },
    security: {
      cookie_secure: true,
      // `strict` would lose the session on the way back from single sign-on.
      cookie_samesite: "lax",
      strict_transport_security: true,
      content_security_policy: true,
      disable_gravatar: true,
      allow_embedding: false,
    },
    users: { allow_sign_up: false, allow_org_create: false },
    auth: { login_cookie_name: "grafana_session", login_maximum_inactive_lifetime_duration: "7d" },
    "auth.anonymous": { enabled: false },
    ...(oidc ? { "auth.generic_oauth": singleSignOn(oidc) } : {}),
    unified_alerting: {
      enabled: true,
      ...(replicas > 1
        ? {
            ha_listen_address: "${POD_IP}:9094",
            ha_advertise_address: "${POD_IP}:9094",
            ha_peers: "grafana-headless:9094",
          }
        : {}),
    },
    analytics: {
      reporting_enabled: false,
      check_for_updates: false,
      check_for_plugin_updates: false,
      feedback_links_enabled: false,
    },
    plugins: {
      // Left alone, each start fetches the newest of some twenty plugins. The datasources are bundled with the image (not
      // with its slim variant), so that every replica runs what is pinned, with grafana.com or without.
      preinstall_disabled: true,
      public_key_retrieval_disabled: true,
    },
    news: { news_feed_enabled: false },
    snapshots: { external_enabled: false },
    metrics: { enabled: true },
    log: { mode: "console" },
    "log.console": { format: "json" },
  };
}

const singleSignOn = ({
  name,
  clientId,
  authUrl,
  tokenUrl,
  userInfoUrl,
  scopes,
  roleAttributePath,
}: NonNullable<StackConfig["grafana"]["oidc"]>) => ({
  enabled: true,
  name,
  client_id: clientId,
  auth_url: authUrl,
  token_url: tokenUrl,
  api_url: userInfoUrl,
  scopes: scopes.join(" "),
  role_attribute_path: roleAttributePath,
  role_attribute_strict: true,
  // Whom the identity provider knows may enter; nobody registers here.
  allow_sign_up: true,
  use_pkce: true,
  use_refresh_token: true,
});
