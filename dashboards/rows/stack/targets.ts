import type { Row } from "../../dashboard.ts";
import { stat } from "../../panels/stat.ts";
import { timeSeries } from "../../panels/time-series.ts";

/** Apps name a tenant, programs of the stack none. */
const own = '{tenant_id=""}';

/** Every program of the stack, by its scrape job: does it answer, and what does it use? */
export const targetsRow: Row = {
  title: "Infrastructure",
  panels: [
    stat({
      title: "Targets down",
      description: "Scrape targets that do not answer.",
      unit: "none",
      width: 4,
      height: 8,
      limits: { critical: 1 },
      query: { expr: "count(up == 0) or vector(0)", legend: "Down" },
    }),
    timeSeries({
      title: "Targets up",
      description: "Share of each scrape job's targets that answer.",
      unit: "percentunit",
      width: 6,
      max: 1,
      queries: [{ expr: "avg by (job) (up)", legend: "{{job}}" }],
    }),
    timeSeries({
      title: "CPU",
      description: "Cores in use by each scrape job.",
      unit: "short",
      width: 7,
      queries: [
        {
          expr: `sum by (job) (rate(process_cpu_seconds_total${own}[$__rate_interval]))`,
          legend: "{{job}}",
        },
      ],
    }),
    timeSeries({
      title: "Memory",
      description: "Resident memory of each scrape job.",
      unit: "bytes",
      width: 7,
      queries: [{ expr: `sum by (job) (process_resident_memory_bytes${own})`, legend: "{{job}}" }],
    }),
  ],
};
