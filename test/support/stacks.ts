import { parseStack } from "../../infra/config/parse.ts";
import type { StackConfig } from "../../infra/config/schema.ts";

/** The least that a stack must say. */
export const minimal = {
  environment: "development",
  domain: "dev.example.com",
  tenantId: "dev-tenant",
  size: "small",
  protect: false,
  storage: {
    kind: "aws",
    region: "eu-central-1",
    identity: { kind: "podIdentity", clusterName: "dev" },
    forceDestroy: true,
  },
  tempo: { retentionHours: 72 },
  loki: { retentionHours: 72 },
  prometheus: { retentionDays: 3 },
  entry: { route: { kind: "ingress" }, issuer: { kind: "selfSigned" } },
};

/** A highly available stack with several tenants, as production has it. */
export const production = {
  ...minimal,
  environment: "production",
  domain: "example.com",
  tenantId: "prod-tenant",
  tenants: [{ id: "prod-tenant" }, { id: "premium-tenant", tier: "premium", logsRetentionHours: 336 }],
  services: [{ name: "autoweave-hub", tenants: ["prod-tenant", "premium-tenant"] }],
  size: "standard",
  protect: true,
  storageClass: "fast-ssd",
  storage: {
    kind: "aws",
    region: "eu-central-1",
    drRegion: "eu-west-1",
    identity: { kind: "podIdentity", clusterName: "prod" },
  },
  tempo: { retentionHours: 168 },
  loki: { retentionHours: 168 },
  prometheus: { retentionDays: 7, appNamespaces: ["autoweave"] },
};

/** A validated stack from plain settings; secrets count as encrypted. */
export const stackOf = (settings: object, stackName = "test"): StackConfig =>
  parseStack(settings, { stackName, isEncrypted: () => true });
