import type { StackConfig } from "../../config/schema.ts";
import { tenantHeader } from "../tenants.ts";

/** Resource attribute that holds whose credential sent the record, while it is inside the Collector. */
export const senderAttribute = "autoweave.sender";

const sender = `resource.attributes["${senderAttribute}"]`;

/**
 * The processors that settle each record's tenant, as the resource attribute `tenant.id`.
 *
 * Whoever is no service of ours speaks for itself alone: its records get its own id, whatever they say. A record of a
 * service says for whom it is by its own `tenant.id` (or `tenant_id`), else by its resource's.
 */
export function tenancy({ services }: Pick<StackConfig, "services">) {
  const fromService = services.map(({ name }) => `${sender} == "${name}"`).join(" or ") || "false";
  const fromTenant = `not (${fromService})`;
  const records = (attributes: string) => [
    `delete_key(${attributes}, "tenant.id") where ${fromTenant}`,
    `set(${attributes}["tenant.id"], ${attributes}["tenant_id"]) where ${attributes}["tenant.id"] == nil and ${attributes}["tenant_id"] != nil and (${fromService})`,
    `delete_key(${attributes}, "tenant_id")`,
  ];
  const resource = [
    `set(resource.attributes["tenant.id"], ${sender}) where ${fromTenant}`,
    `set(resource.attributes["tenant.id"], resource.attributes["tenant_id"]) where resource.attributes["tenant.id"] == nil and resource.attributes["tenant_id"] != nil`,
    `delete_key(resource.attributes, "tenant_id")`,
  ];
  return {
    "resource/sender": {
      attributes: [
        { key: senderAttribute, action: "delete" },
        { key: senderAttribute, action: "upsert", from_context: `metadata.${tenantHeader.toLowerCase()}` },
      ],
    },
    /** One name for the tenant of a record. */
    "transform/records": {
      error_mode: "propagate",
      trace_statements: [scope, { context: "span", statements: records("span.attributes") }],
      metric_statements: [scope, { context: "datapoint", statements: records("datapoint.attributes") }],
      log_statements: [scope, { context: "log", statements: records("log.attributes") }],
    },
    /** Records of one batch that are for different tenants part here. */
    "groupbyattrs/tenant": { keys: ["tenant.id"] },
    "transform/tenant": {
      error_mode: "propagate",
      trace_statements: [
        { context: "resource", statements: resource },
        {
          context: "span",
          statements: [`set(span.attributes["tenant.id"], resource.attributes["tenant.id"])`],
        },
      ],
      metric_statements: [{ context: "resource", statements: resource }],
      log_statements: [{ context: "resource", statements: resource }],
    },
    ...lokiLabels,
  };
}

/** A scope speaks for nobody; Loki would take its word before the resource's. */
const scope = {
  context: "scope",
  statements: ["tenant.id", "tenant_id"].map((attribute) => `delete_key(scope.attributes, "${attribute}")`),
};

/** The names that senders of Loki's protocol commonly give to what OpenTelemetry calls otherwise. */
const lokiNames = {
  "service.name": ["service_name", "service", "app", "job"],
  "deployment.environment.name": ["deployment_environment_name", "environment", "env"],
} as const;

/** Labels of Loki's protocol arrive as attributes of each line; those that tell the source belong to the resource. */
const lokiLabels = {
  "transform/loki": {
    error_mode: "propagate",
    log_statements: [
      {
        context: "log",
        statements: Object.entries(lokiNames).flatMap(([attribute, labels]) =>
          labels.flatMap((label) => [
            `set(log.attributes["${attribute}"], log.attributes["${label}"]) where log.attributes["${attribute}"] == nil and log.attributes["${label}"] != nil`,
          ]),
        ),
      },
    ],
  },
  "groupbyattrs/loki": { keys: Object.keys(lokiNames) },
};

/** The labels that every series carries; Prometheus makes labels of a sample's own attributes, not of its resource's. */
export const metricLabels = {
  "transform/labels": {
    error_mode: "propagate",
    metric_statements: [
      {
        context: "datapoint",
        statements: Object.entries({
          tenant_id: "tenant.id",
          service: "service.name",
          environment: "deployment.environment.name",
          version: "service.version",
        }).map(
          ([label, attribute]) =>
            `set(datapoint.attributes["${label}"], resource.attributes["${attribute}"])`,
        ),
      },
    ],
  },
};

/** Masks what looks like a secret, by its name and by its form, in attributes and in the text of logs. */
export const redaction = {
  redaction: {
    allow_all_keys: true,
    blocked_key_patterns: [
      "(?i)(^|[._-])(password|passwd|pwd|secret|token|api[_-]?key|private[_-]?key|authorization|cookie|set-cookie|credentials?)$",
    ],
    blocked_values: [
      "(?i)(bearer|basic) [a-z0-9._~+/=-]{8,}",
      // JSON web tokens, keys of AWS, private keys, passwords in URLs
      "eyJ[A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]*",
      "(AKIA|ASIA)[A-Z0-9]{16}",
      "-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(-----END [A-Z ]*PRIVATE KEY-----)?",
      "://[^/\\s:@]+:[^/\\s@]+@",
    ],
    summary: "silent",
  },
};
