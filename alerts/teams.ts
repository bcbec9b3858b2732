/** Who looks after what: label `team` of every alert. */
export const teams = ["platform", "devices", "plugins"] as const;
export type Team = (typeof teams)[number];
