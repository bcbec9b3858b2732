import type { Alert } from "../alert.ts";

const unhealthy = ["loki", "tempo"]
  .map((program) => `max by (job, name) (${program}_ring_members{state="Unhealthy"}) > 0`)
  .join(" or ");

/** Clusters whose members no longer count on each other. */
export const ringAlerts: Alert[] = [
  {
    alert: "RingMemberUnhealthy",
    severity: "warning",
    expr: unhealthy,
    holdsSeconds: 900,
    summary: "A member of the ring {{ $labels.name }} of {{ $labels.job }} is not well.",
    description: "It has sent no heartbeat. One more, and writes may be refused.",
    unit: "count",
  },
];
