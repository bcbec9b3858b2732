import type { Row } from "../../dashboard.ts";
import { barGauge } from "../../panels/bar-gauge.ts";
import { table } from "../../panels/table.ts";
import { timeSeries } from "../../panels/time-series.ts";

const days = 86_400;
const free = "kubelet_volume_stats_available_bytes";
const size = "kubelet_volume_stats_capacity_bytes";
const claim = ["namespace", "persistentvolumeclaim"];
const by = `max by (${claim.join(", ")})`;

/** How long what there is will suffice. */
export const capacityRow: Row = {
  title: "Capacity",
  panels: [
    timeSeries({
      title: "Volumes: used",
      description: "Share of each volume.",
      unit: "percentunit",
      width: 8,
      max: 1,
      limits: { warning: 0.6, critical: 0.85 },
      queries: [{ expr: `1 - ${by} (${free}) / ${by} (${size})`, legend: "{{persistentvolumeclaim}}" }],
    }),
    barGauge({
      title: "Volumes: used in a week",
      description: "If they go on filling as in the last day. A full bar is a full volume.",
      unit: "percentunit",
      width: 8,
      max: 1,
      limits: { warning: 0.6, critical: 0.85 },
      query: {
        expr: `clamp(1 - ${by} (predict_linear(${free}[1d], 7 * ${days})) / ${by} (${size}), 0, 1)`,
        legend: "{{persistentvolumeclaim}}",
      },
    }),
    table({
      title: "Certificates",
      description: "Time until they expire. cert-manager renews them a month before.",
      width: 8,
      rows: { name: "Certificate" },
      limits: { warning: 14 * days, critical: 3 * days, bad: "below" },
      columns: [
        {
          title: "Expires in",
          unit: "s",
          query: { expr: "min by (name) (certmanager_certificate_expiration_timestamp_seconds) - time()" },
        },
      ],
    }),
  ],
};
