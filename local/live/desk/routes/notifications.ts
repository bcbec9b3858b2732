import { type Desk, json, messageOf } from "../desk.ts";
import { fromWebhook, isRole } from "../notifications/receive.ts";
import type { Notification, Role } from "../notifications/notification.ts";
import { alerts } from "../pages/alerts.ts";
import { HttpError, type Route } from "../server.ts";

function readNotification(role: Role, body: string): Notification {
  try {
    return fromWebhook(role, body);
  } catch (error) {
    throw new HttpError(400, messageOf(error));
  }
}

/** The receiver, and what arrived there. */
export const notificationRoutes = (desk: Desk): Route[] => {
  const { settings, notifications } = desk;
  return [
    {
      method: "POST",
      path: /^\/notify\/([^/]+)$/,
      answer: async ({ body, contentType }, role = "") => {
        if (!isRole(role)) throw new HttpError(404, `Nobody has the role ${role}.`);
        // A page of the web cannot post JSON elsewhere without asking first, and is not let.
        if (!contentType.startsWith("application/json")) throw new HttpError(415, "JSON is expected.");
        notifications.add(readNotification(role, await body()));
        return json({ status: "taken" });
      },
    },
    {
      method: "GET",
      path: /^\/alerts$/,
      answer: (question) => {
        const body = alerts(notifications.since(), settings.grafanaUrl);
        return desk.page(question, { title: "Alerts", live: true, body });
      },
    },
    {
      method: "GET",
      path: /^\/alerts\.json$/,
      answer: ({ parameters }) => {
        const since = Number(parameters.get("since") ?? 0);
        if (!Number.isFinite(since)) throw new HttpError(400, "since is in milliseconds since 1970.");
        return json(notifications.since(since));
      },
    },
  ];
};
