import { type Format, openMetrics, plainText } from "./exposition.ts";

/**
 * The format that a scraper takes, by its `Accept` header: OpenMetrics 1.0 if it says that it prefers that or likes it as
 * well, else the text format 0.0.4, which every scraper reads.
 * Source: RFC 9110, section 12.5.1.
 */
export function formatFor(accept: string | undefined): Format {
  const ranges = (accept ?? "").slice(0, maxLength).split(",").map(parseRange);
  const best = (matches: (range: MediaRange) => boolean) =>
    Math.max(0, ...ranges.filter(matches).map(({ quality }) => quality));
  const quality = best(({ type, version }) => type === "application/openmetrics-text" && version !== "0.0.1");
  const textQuality = best(({ type, version }) => type === "text/plain" && (version ?? "0.0.4") === "0.0.4");
  return quality > 0 && quality >= textQuality ? openMetrics : plainText;
}

/** A longer header is no scraper's. */
const maxLength = 2_000;

interface MediaRange {
  readonly type: string;
  readonly version: string | undefined;
  /** 0 to 1. */
  readonly quality: number;
}

function parseRange(range: string): MediaRange {
  const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
  const parameter = (name: string) =>
    parameters.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  const quality = Number(parameter("q") ?? 1);
  return { type, version: parameter("version"), quality: quality >= 0 && quality <= 1 ? quality : 0 };
}
