import { z } from "zod";
import type { Notification } from "./notification.ts";

const texts = z.record(z.string(), z.string());

const alert = z.object({
  status: z.enum(["firing", "resolved"]),
  labels: texts,
  annotations: texts,
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.iso.datetime({ offset: true }),
});

/** Alertmanager's webhook, version 4. Source: Prometheus documentation, "Alerting: Configuration", `webhook_config`. */
const message = z.object({
  version: z.literal("4"),
  status: z.enum(["firing", "resolved"]),
  alerts: z.array(alert).min(1),
});

/**
 * What a webhook tells.
 * @throws Error that says what is wrong when the text is not Alertmanager's JSON of version 4.
 */
export function readWebhook(text: string): Pick<Notification, "status" | "alerts" | "text"> {
  const read = message.safeParse(parsed(text));
  if (!read.success)
    throw new Error(`It is not Alertmanager's webhook, version 4:\n${z.prettifyError(read.error)}`);
  const { status, alerts } = read.data;
  return {
    status,
    alerts,
    text: alerts
      .map(({ labels, annotations }) => annotations["summary"] ?? labels["alertname"] ?? "")
      .join("\n"),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error("It is not JSON.", { cause: error });
  }
}
