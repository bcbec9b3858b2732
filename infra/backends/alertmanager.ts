import { alertmanagerConfig as routing, type AlertmanagerConfig } from "../../alerts/routing.ts";
import type { AlertReceiver } from "../../alerts/routing/receivers.ts";
import type { Receiver, StackConfig } from "../config/schema.ts";
import type { SecretSource } from "../config/secrets.ts";
import { operatedName } from "../topology.ts";
import { type AlertmanagerSpec, operatedSpec } from "./operated.ts";

const configSecret = `${operatedName("alertmanager")}-config`;

/** The Secret that holds the configuration, whose own secrets stand in files. */
export const alertmanagerConfigSecret = { name: configSecret, key: "alertmanager.yaml" };

/** A secret that the configuration refers to by a file. */
interface ReceiverSecret {
  /** Of the Secret that is made where the settings name none. */
  name: string;
  key: string;
  source: SecretSource;
}

const roles = ["default", "critical", "premium", "escalation"] as const;
type Role = (typeof roles)[number];

/** Alertmanager's configuration for this stack's tenants and receivers. */
export function alertmanagerConfig(stack: StackConfig): AlertmanagerConfig {
  const { alertmanager, tenants } = stack;
  const { smtp, deadMansSwitchUrl, workingHours } = alertmanager;
  const of = (role: Role) =>
    alertmanager[role].map((receiver, index) => alertReceiver(receiver, role, index));
  return routing({
    tenants,
    receivers: {
      default: of("default"),
      critical: of("critical"),
      premium: of("premium"),
      escalation: of("escalation"),
      deadMansSwitchUrlFile: deadMansSwitchUrl && fileOf(deadMansSwitchSecret(deadMansSwitchUrl)),
    },
    workingHours,
    mailServer: smtp && {
      host: smtp.host,
      port: smtp.port,
      from: smtp.from,
      username: smtp.username,
      passwordFile: fileOf(mailSecret(smtp.password)),
    },
  });
}

/** Every secret that the configuration refers to. */
export function receiverSecrets({ alertmanager }: StackConfig): ReceiverSecret[] {
  const { smtp, deadMansSwitchUrl } = alertmanager;
  return [
    ...roles.flatMap((role) =>
      alertmanager[role].flatMap((receiver, index) => secretsOf(receiver, role, index)),
    ),
    ...(deadMansSwitchUrl ? [deadMansSwitchSecret(deadMansSwitchUrl)] : []),
    ...(smtp ? [mailSecret(smtp.password)] : []),
  ];
}

export const alertmanagerSpec = (stack: StackConfig): AlertmanagerSpec => ({
  ...operatedSpec(stack, "alertmanager"),
  configSecret,
  secrets: [...new Set(receiverSecrets(stack).map((secret) => refOf(secret).name))],
  // Longer than the repeat interval, so that a restart repeats nothing that was sent.
  retention: "120h",
  automountServiceAccountToken: false,
});

function alertReceiver(receiver: Receiver, role: Role, index: number): AlertReceiver {
  const name = receiverName(role, index);
  switch (receiver.kind) {
    case "webhook":
      return { kind: "webhook", urlFile: fileOf(urlSecret(name, receiver.url)) };
    case "slack":
      return { kind: "slack", urlFile: fileOf(urlSecret(name, receiver.url)), channel: receiver.channel };
    case "pagerduty":
      return { kind: "pagerduty", routingKeyFile: fileOf(routingKeySecret(name, receiver.routingKey)) };
    case "email":
      return receiver;
  }
}

function secretsOf(receiver: Receiver, role: Role, index: number): ReceiverSecret[] {
  const name = receiverName(role, index);
  if ("url" in receiver) return [urlSecret(name, receiver.url)];
  if ("routingKey" in receiver) return [routingKeySecret(name, receiver.routingKey)];
  return [];
}

const receiverName = (role: Role, index: number) => `alertmanager-${role}-${index}`;
const urlSecret = (name: string, source: SecretSource): ReceiverSecret => ({ name, key: "url", source });
const routingKeySecret = (name: string, source: SecretSource): ReceiverSecret => ({
  name,
  key: "routing-key",
  source,
});
const deadMansSwitchSecret = (source: SecretSource) => urlSecret("alertmanager-dead-mans-switch", source);
const mailSecret = (source: SecretSource): ReceiverSecret => ({
  name: "alertmanager-smtp",
  key: "password",
  source,
});

const refOf = ({ name, key, source }: ReceiverSecret) =>
  "existingSecret" in source ? { name: source.existingSecret, key: source.key } : { name, key };

/** Where the operator mounts it. */
function fileOf(secret: ReceiverSecret): string {
  const { name, key } = refOf(secret);
  return `/etc/alertmanager/secrets/${name}/${key}`;
}
