/** What Grafana fills in for the variables of a query. */
export interface Interpolation {
  /** Values of the dashboard's own variables; any value where there is none. */
  variables?: Readonly<Record<string, string>>;
  /** Between two points of a graph, in seconds. */
  intervalSeconds: number;
  /** Between two scrapes, in seconds. */
  scrapeIntervalSeconds: number;
}

/**
 * A query as Grafana sends it. `$__interval` is the distance of two points; `$__rate_interval` is long enough for `rate` to
 * find samples: the distance and one scrape more, and four scrapes at least. A variable with all its values chosen becomes
 * its `allValue`, in whatever format it is asked for. What is no variable stays, as `$1` in `label_replace`.
 * Source: Grafana documentation, "Prometheus template variables" and "Global variables".
 */
export function interpolate(
  query: string,
  { variables = {}, intervalSeconds, scrapeIntervalSeconds }: Interpolation,
): string {
  const rateIntervalSeconds = Math.max(intervalSeconds + scrapeIntervalSeconds, 4 * scrapeIntervalSeconds);
  const values: Record<string, string> = {
    __interval: `${intervalSeconds}s`,
    __rate_interval: `${rateIntervalSeconds}s`,
    environment: anyValue,
    tenant: anyValue,
    service: anyValue,
    ...variables,
  };
  return query.replace(
    /\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g,
    (whole, braced: string | undefined, plain: string) => values[braced ?? plain] ?? whole,
  );
}

/**
 * A value that is chosen, as a query has it between the quotes of a regular expression. PromQL, LogQL and TraceQL write texts as Go
 * does, and so nearly as JSON.
 */
export const exactly = (value: string): string =>
  JSON.stringify(value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).slice(1, -1);

const anyValue = ".{1,}";
