import { z } from "zod";
import { weekdays } from "../../alerts/routing/working-hours.ts";
import { teams } from "../../alerts/teams.ts";
import { secretSource } from "./secrets.ts";

const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be a lower-case DNS label");
const hostname = z.hostname();
const hours = z
  .int()
  .min(1)
  .max(24 * 3650);
const days = z.int().min(1).max(3650);
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be an AWS region, e.g. eu-central-1");
const httpUrl = z.url({ protocol: /^https?$/ });

export const tenantSchema = z.strictObject({
  id: name,
  /** Premium tenants have their own alert receiver and recorded SLO series. */
  tier: z.enum(["standard", "premium"]).default("standard"),
  /** Overrides of the stack's retention, in hours. */
  tracesRetentionHours: hours.optional(),
  logsRetentionHours: hours.optional(),
  /** The most a tenant may write, in MiB/s. */
  tracesMiBPerSecond: z.number().positive().default(5),
  logsMiBPerSecond: z.number().positive().default(5),
});

/** A credential of AutoWeave's own services: it may write for each tenant in the list, and for no other. */
const service = z.strictObject({ name, tenants: z.array(name).min(1) });

const awsStorage = z.strictObject({
  kind: z.literal("aws"),
  region,
  /** Buckets are named `<prefix>-<purpose>-<suffix>`; the suffix is the stack's name unless given. */
  bucketPrefix: name.default("autoweave"),
  bucketSuffix: name.optional(),
  /** How a workload proves who it is to AWS. */
  identity: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("irsa"),
      oidcProviderArn: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/.+$/),
    }),
    z.strictObject({ kind: z.literal("podIdentity"), clusterName: z.string().min(1) }),
  ]),
  /** Region that holds the copy for disaster recovery; no replication when absent. */
  drRegion: region.optional(),
  /** How long Object Lock keeps each version undeletable, in days. */
  auditLockDays: days.default(365),
  backupLockDays: days.default(7),
  /** `COMPLIANCE` cannot be lifted by anybody, the account's root included. */
  lockMode: z.enum(["GOVERNANCE", "COMPLIANCE"]).default("GOVERNANCE"),
  /** Destroying the stack empties its buckets. */
  forceDestroy: z.boolean().default(false),
});

const s3Storage = z.strictObject({
  kind: z.literal("s3"),
  endpoint: httpUrl,
  region: z.string().default("us-east-1"),
  bucketPrefix: name.default("autoweave"),
  bucketSuffix: name.optional(),
  accessKeyId: secretSource(),
  secretAccessKey: secretSource(),
});

const receiver = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("webhook"), url: secretSource() }),
  z.strictObject({ kind: z.literal("slack"), url: secretSource(), channel: z.string().startsWith("#") }),
  z.strictObject({ kind: z.literal("pagerduty"), routingKey: secretSource() }),
  z.strictObject({ kind: z.literal("email"), to: z.email() }),
]);
const receivers = z.array(receiver).default([]);

const isTimeZone = (name: string) => Intl.supportedValuesOf("timeZone").includes(name) || name === "UTC";
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of the day, e.g. 09:00");
const workingHours = z.strictObject({
  timeZone: z.string().refine(isTimeZone, "must be the IANA name of a time zone, e.g. Europe/Berlin"),
  days: z.array(z.enum(weekdays)).min(1).default(weekdays.slice(0, 5)),
  from: timeOfDay,
  to: timeOfDay,
});

const issuer = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("acme"),
    email: z.email(),
    server: httpUrl.default("https://acme-v02.api.letsencrypt.org/directory"),
    clusterScoped: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal("ca"),
    secretName: z.string().min(1),
    clusterScoped: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal("selfSigned"), clusterScoped: z.boolean().default(false) }),
  z.strictObject({
    kind: z.literal("existing"),
    name: z.string().min(1),
    clusterScoped: z.boolean().default(true),
  }),
]);

const route = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("ingress"),
    className: z.string().min(1).default("nginx"),
    /** Namespace of the controller's pods: the only source that the network policies let in from outside. */
    controllerNamespace: name.default("ingress-nginx"),
  }),
  z.strictObject({
    kind: z.literal("gateway"),
    gatewayName: z.string().min(1),
    gatewayNamespace: name,
    controllerNamespace: name,
  }),
]);

/** The `stack` object of `Pulumi.<stack>.yaml`. Everything that differs between environments stands here. */
export const stackSchema = z.strictObject({
  /** Written on every signal as `environment`. */
  environment: name,
  namespace: name.default("autoweave-observability"),
  domain: hostname,
  /** The default tenant. */
  tenantId: name,
  tenants: z.array(tenantSchema).default([]),
  services: z.array(service).default([]),
  /** `small`: one process each, fits a laptop's cluster. `standard`: highly available. */
  size: z.enum(["small", "standard"]),
  /** Protects buckets, keys and CRDs from deletion, and keeps the data when the stack is destroyed. */
  protect: z.boolean(),
  /** StorageClass of every volume; the cluster's default when absent. */
  storageClass: z.string().min(1).optional(),
  storage: z.discriminatedUnion("kind", [awsStorage, s3Storage]),
  tempo: z.strictObject({ retentionHours: hours }),
  loki: z.strictObject({ retentionHours: hours }),
  prometheus: z.strictObject({
    retentionDays: days,
    /** Of the recorded SLO and business series. */
    longTermRetentionDays: days.default(400),
    /**
     * Namespaces whose labelled pods are scraped. What they say of their tenant is believed, so name those of
     * AutoWeave's own services only; everybody else pushes, with a token.
     */
    appNamespaces: z.array(name).default([]),
    /** The rules take rates over five minutes, which need some samples in them. */
    scrapeIntervalSeconds: z.int().min(5).max(60).default(30),
  }),
  alertmanager: z
    .strictObject({
      default: receivers,
      critical: receivers,
      premium: receivers,
      /** Told when a critical alert has fired for 15 minutes and nobody has silenced it. */
      escalation: receivers,
      /** Teams that hear of what is not critical in their working hours only. */
      workingHours: z.partialRecord(z.enum(teams), workingHours).default({}),
      /** Where runbooks are read; `{alert}` stands for the alert's name. */
      runbookUrl: httpUrl
        .refine((url) => url.includes("{alert}"), "must hold {alert}, which stands for the alert's name")
        .default("https://docs.autoweave.com/observability/runbooks/{alert}"),
      /** Called as long as alerting works; whoever stops hearing it raises the alarm. */
      deadMansSwitchUrl: secretSource().optional(),
      smtp: z
        .strictObject({
          host: hostname,
          port: z.int().min(1).max(65535).default(587),
          from: z.email(),
          username: z.string(),
          password: secretSource(),
        })
        .optional(),
    })
    .prefault({}),
  grafana: z
    .strictObject({
      adminPassword: secretSource().optional(),
      replicas: z.int().min(1).optional(),
      oidc: z
        .strictObject({
          name: z.string().default("SSO"),
          clientId: z.string(),
          clientSecret: secretSource(),
          authUrl: httpUrl,
          tokenUrl: httpUrl,
          userInfoUrl: httpUrl,
          scopes: z.array(z.string()).default(["openid", "profile", "email"]),
          /** JMESPath over the claims that yields Admin, Editor or Viewer. */
          roleAttributePath: z.string().default("'Viewer'"),
        })
        .optional(),
    })
    .prefault({}),
  postgresql: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("cluster"), password: secretSource().optional() }),
      z.strictObject({
        kind: z.literal("external"),
        host: hostname,
        port: z.int().min(1).max(65535).default(5432),
        database: z.string().default("grafana"),
        user: z.string().default("grafana"),
        password: secretSource(),
        sslMode: z.enum(["require", "verify-ca", "verify-full"]).default("verify-full"),
      }),
    ])
    .prefault({ kind: "cluster" }),
  redis: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("cluster"), password: secretSource().optional() }),
      z.strictObject({
        kind: z.literal("external"),
        host: hostname,
        port: z.int().min(1).max(65535).default(6379),
        password: secretSource(),
      }),
    ])
    .prefault({ kind: "cluster" }),
  collector: z
    .strictObject({
      tailSampling: z
        .strictObject({
          /** Traces with an error and those slower than this are kept whole. */
          slowMilliseconds: z.int().min(1).default(500),
          /** Share of the other traces that is kept. */
          keepPercent: z.number().min(0).max(100).default(10),
        })
        .optional(),
      /** An agent on every node that ships the logs of pods which send none themselves. */
      nodeAgent: z.boolean().default(false),
    })
    .prefault({}),
  entry: z.strictObject({
    route,
    issuer,
    /** Annotations for ExternalDNS. */
    externalDns: z.boolean().default(false),
    /** Largest request body that is let in, in MiB. */
    maxBodyMiB: z.int().min(1).max(1024).default(16),
  }),
  network: z
    .strictObject({
      policies: z.boolean().default(true),
      /** Address ranges of the Kubernetes API server, as pods see it. */
      apiServerCidrs: z.array(z.cidrv4()).min(1).default(["0.0.0.0/0"]),
    })
    .prefault({}),
  /** Operators that the cluster has already are not installed again. */
  operators: z
    .strictObject({ certManager: z.boolean().default(true), cloudNativePg: z.boolean().default(true) })
    .prefault({}),
});

export type Tenant = z.output<typeof tenantSchema>;

export type Receiver = z.output<typeof receiver>;
/** The validated settings, with every default filled in and the default tenant among `tenants`. */
export type StackConfig = z.output<typeof stackSchema>;
export type AwsStorageConfig = Extract<StackConfig["storage"], { kind: "aws" }>;
export type S3StorageConfig = Extract<StackConfig["storage"], { kind: "s3" }>;
