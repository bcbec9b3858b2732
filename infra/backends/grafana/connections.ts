import type { SecretRef } from "../../secret-ref.ts";

/** What Grafana is connected to, and where it finds the secrets for that. */
export interface GrafanaConnections {
  /** PostgreSQL: dashboards, users, sessions, alerts. */
  database: {
    host: string;
    port: number;
    name: string;
    user: string;
    sslMode: string;
    password: SecretRef;
    /** Certificate of the authority that signed the server's; the system's authorities when absent. */
    ca?: SecretRef;
  };
  /** A server that speaks Redis' protocol. */
  cache: {
    /** `host:port`. */
    address: string;
    tls: boolean;
    password: SecretRef;
  };
  adminPassword: SecretRef;
  /** Encrypts the datasources' secrets in the database. */
  encryptionKey: SecretRef;
  oidcClientSecret?: SecretRef | undefined;
}
