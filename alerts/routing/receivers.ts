import { details, emailHtml, pagerdutyLinks, slackColor, slackText, summaries, title } from "./templates.ts";

/** Where an alert goes. What is secret stands in a file that Alertmanager reads. */
export type AlertReceiver =
  | { kind: "webhook"; urlFile: string }
  | { kind: "slack"; urlFile: string; channel: string }
  | { kind: "pagerduty"; routingKeyFile: string }
  | { kind: "email"; to: string };

/** A receiver of Alertmanager: its name, and its integrations by kind. */
export interface NamedReceiver {
  name: string;
  webhook_configs?: object[];
  slack_configs?: object[];
  pagerduty_configs?: object[];
  email_configs?: object[];
}
type Integrations = Omit<NamedReceiver, "name">;

type ReceiverOf<Kind extends AlertReceiver["kind"]> = Extract<AlertReceiver, { kind: Kind }>;

const settings: { [Kind in AlertReceiver["kind"]]: (receiver: ReceiverOf<Kind>) => object } = {
  // It gets labels and annotations as they are, and renders them itself.
  webhook: ({ urlFile }) => ({ url_file: urlFile }),
  slack: ({ urlFile, channel }) => ({
    api_url_file: urlFile,
    channel,
    title,
    text: slackText,
    color: slackColor,
    fallback: summaries,
  }),
  pagerduty: ({ routingKeyFile }) => ({
    routing_key_file: routingKeyFile,
    description: summaries,
    severity: "{{ .CommonLabels.severity }}",
    details,
    links: pagerdutyLinks,
  }),
  email: ({ to }) => ({ to, headers: { Subject: title }, html: emailHtml }),
};

export function namedReceiver(name: string, receivers: readonly AlertReceiver[]): NamedReceiver {
  const integrations: Integrations = {};
  for (const receiver of receivers) {
    const render = settings[receiver.kind] as (receiver: AlertReceiver) => object;
    (integrations[`${receiver.kind}_configs`] ??= []).push({ ...render(receiver), send_resolved: true });
  }
  return { name, ...integrations };
}

/** Silence is the alarm: a "resolved" would only reassure. */
export const deadMansSwitch = (name: string, urlFile: string | undefined): NamedReceiver => ({
  name,
  ...(urlFile ? { webhook_configs: [{ url_file: urlFile, send_resolved: false }] } : {}),
});
