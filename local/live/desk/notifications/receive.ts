import { roles } from "../../receivers.ts";
import { readMail } from "./mail.ts";
import type { Notification, Role } from "./notification.ts";
import type { Mail } from "./smtp.ts";
import { readWebhook } from "./webhook.ts";

export const isRole = (name: string): name is Role => (roles as readonly string[]).includes(name);

/** Whom an address belongs to: the role whose name stands before the `@`. */
export const roleOfAddress = (address: string): Role | undefined => {
  const [name = ""] = address.split("@");
  return isRole(name) ? name : undefined;
};

/** @throws Error when the body is not what Alertmanager posts. */
export const fromWebhook = (role: Role, body: string, receivedAt = Date.now()): Notification => ({
  receivedAt,
  role,
  channel: "webhook",
  ...readWebhook(body),
});

/** One for each role that the mail is addressed to. */
export function fromMail({ to, content }: Mail, receivedAt = Date.now()): Notification[] {
  const { subject, text } = readMail(content);
  const status = /\[(FIRING|RESOLVED)/.exec(subject)?.[1]?.toLowerCase() ?? "unknown";
  const addressed = new Set(to.flatMap((address) => roleOfAddress(address) ?? []));
  return [...addressed].map((role) => ({
    receivedAt,
    role,
    channel: "mail",
    status,
    alerts: [],
    text: `${subject}\n${text}`,
  }));
}
