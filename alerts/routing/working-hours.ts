import type { Team } from "../teams.ts";

export const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

/** When a team wants to hear of what can wait. */
export interface WorkingHours {
  /** IANA name of a time zone, e.g. `Europe/Berlin`. */
  timeZone: string;
  days: readonly (typeof weekdays)[number][];
  /** `HH:MM`; `to` is later than `from`. */
  from: string;
  to: string;
}

export type TeamHours = { [name in Team]?: WorkingHours | undefined };

const intervalName = (team: string) => `${team}-working-hours`;

const entries = (hours: TeamHours) =>
  Object.entries(hours).flatMap(([team, own]) => (own ? [[team, own] as const] : []));

/** Alertmanager's named intervals, one for each team that has working hours. */
export const timeIntervals = (hours: TeamHours) =>
  entries(hours).map(([team, { timeZone, days, from, to }]) => ({
    name: intervalName(team),
    time_intervals: [
      { weekdays: [...days], times: [{ start_time: from, end_time: to }], location: timeZone },
    ],
  }));

/** Out of a team's hours its warnings wait; what is critical never does. */
export const workingHoursRoutes = (hours: TeamHours, receiver: string) =>
  entries(hours).map(([team]) => ({
    receiver,
    matchers: [`team="${team}"`, 'severity!="critical"'],
    active_time_intervals: [intervalName(team)],
  }));
