import type { Alert } from "../alert.ts";

/**
 * What Prometheus should see and does not.
 * @param jobs the scrape jobs that must be there at all times.
 */
export const targetAlerts = (jobs: readonly string[]): Alert[] => [
  {
    alert: "TargetDown",
    severity: "warning",
    expr: "up == 0",
    holdsSeconds: 600,
    summary: "{{ $labels.job }} cannot be scraped at {{ $labels.instance }}.",
    description: "Prometheus has had no answer for ten minutes: the pod is down or the network is shut.",
    unit: "count",
  },
  {
    alert: "ScrapeJobAbsent",
    severity: "warning",
    // `absent` carries the `job` that it asked for.
    expr: jobs.map((job) => `absent(up{job="${job}"})`).join(" or "),
    holdsSeconds: 900,
    summary: "Nothing of {{ $labels.job }} is scraped.",
    description: "Prometheus has found no pod of it for 15 minutes, so nothing watches it.",
    unit: "count",
  },
  {
    alert: "ScrapesRefused",
    severity: "warning",
    expr: [
      "prometheus_target_scrapes_exceeded_sample_limit_total",
      "prometheus_target_scrapes_exceeded_body_size_limit_total",
      "prometheus_target_scrape_pool_exceeded_label_limits_total",
    ]
      .map((counter) => `sum by (job, pod) (increase(${counter}[10m])) > 0`)
      .join(" or "),
    holdsSeconds: 300,
    summary: "{{ $labels.pod }} refuses what a target offers.",
    description:
      "A target offers more series, longer labels or a larger page than a scrape may have: nothing of it is kept.",
    unit: "count",
  },
];
