import type { roles } from "../../receivers.ts";

/** Whom Alertmanager told. */
export type Role = (typeof roles)[number];

/** An alert as Alertmanager tells of it. */
export interface Alert {
  /** `firing` or `resolved`. */
  status: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** Times as in RFC 3339; an alert that fires ends in the year 1. */
  startsAt: string;
  endsAt: string;
}

/** What arrived at once, for one receiver. */
export interface Notification {
  /** In milliseconds since 1970. */
  receivedAt: number;
  role: Role;
  channel: "webhook" | "mail";
  /** Of the group of alerts: `firing` or `resolved`; `unknown` where a mail does not tell. */
  status: string;
  /** Of a mail, which is for people, none. */
  alerts: Alert[];
  /** For people: of a webhook the alerts' summaries, of a mail its subject and text. */
  text: string;
}
