import { randomBytes } from "node:crypto";
import type { ApiServer } from "../api-server.ts";
import type { Setting } from "../merge.ts";

type Branch = Record<string, Setting>;

/** The Secret, in the stack's namespace, that leads Alertmanager's receivers to the desk of this environment. */
const secretName = "embedded-receivers";

/** Whom Alertmanager tells, as the last part of the address that it calls. */
export const roles = ["default", "critical", "premium", "escalation", "dead-mans-switch"] as const;

const source = (key: string): Setting => ({ existingSecret: secretName, key });
const webhook = (role: (typeof roles)[number]): Setting => ({ kind: "webhook", url: source(role) });

const receivers: Setting = {
  default: [webhook("default")],
  critical: [webhook("critical")],
  premium: [webhook("premium"), { kind: "email", to: "premium@autoweave.example" }],
  escalation: [webhook("escalation")],
  deadMansSwitchUrl: source("dead-mans-switch"),
  smtp: {
    host: "mail.autoweave.example",
    from: "alerts@autoweave.example",
    username: "alertmanager",
    password: source("smtp-password"),
  },
};

const stackKey = "autoweave-observability:stack";

/** The settings of a stack with receivers that live in this environment, unless it names receivers of its own. */
export function withReceivers(config: Setting): Setting {
  const settings = (config ?? {}) as Branch;
  const stack = (settings[stackKey] ?? {}) as Branch;
  if ("alertmanager" in stack) return config;
  return { ...settings, [stackKey]: { ...stack, alertmanager: receivers } };
}

/** Makes the Secret; the password for the mail server stays what it was. */
export async function applyReceivers(api: ApiServer, namespace: string, deskUrl: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/secrets/${secretName}`;
  const { data } = (await api.get<{ data?: Record<string, string> }>(path)) ?? {};
  const password = Buffer.from(data?.["smtp-password"] ?? "", "base64").toString();
  const urls = Object.fromEntries(roles.map((role) => [role, `${deskUrl}/notify/${role}`]));
  await api.apply(
    path,
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: secretName, namespace },
      stringData: { ...urls, "smtp-password": password || randomBytes(24).toString("base64url") },
    },
    { fieldManager: "autoweave-environment" },
  );
}
