import { byTenantId } from "../../../alerts/business.ts";
import type { Row } from "../../dashboard.ts";
import { timeSeries } from "../../panels/time-series.ts";

/** Tempo and its part of S3. */
export const tracesRow: Row = {
  title: "Tempo",
  panels: [
    timeSeries({
      title: "Spans taken in",
      description: "By tenant, the ten largest.",
      unit: "cps",
      width: 6,
      queries: [
        {
          expr: `topk(10, ${byTenantId("rate(tempo_distributor_spans_received_total[$__rate_interval])")})`,
          legend: "{{tenant_id}}",
        },
      ],
    }),
    timeSeries({
      title: "Spans refused",
      description: "Spans that Tempo did not take, by reason.",
      noValue: "Nothing was refused",
      unit: "cps",
      width: 6,
      queries: [
        {
          expr: "sum by (reason) (rate(tempo_discarded_spans_total[$__rate_interval]))",
          legend: "{{reason}}",
        },
      ],
    }),
    timeSeries({
      title: "S3: what Tempo failed at",
      description: "Blocks that could not be written, compacted or deleted within an hour.",
      unit: "short",
      width: 6,
      queries: [
        { expr: "sum(increase(tempo_ingester_failed_flushes_total[1h]))", legend: "flush" },
        { expr: "sum(increase(tempodb_compaction_errors_total[1h]))", legend: "compaction" },
        { expr: "sum(increase(tempodb_retention_errors_total[1h]))", legend: "retention" },
      ],
    }),
    timeSeries({
      title: "Rounds of retention",
      description:
        "How often the compactor applied the retention within an hour. At 0, nothing old is deleted.",
      unit: "short",
      width: 6,
      queries: [{ expr: "sum(increase(tempodb_retention_duration_seconds_count[1h]))", legend: "rounds" }],
    }),
  ],
};
