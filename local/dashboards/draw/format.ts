const short = (value: number, base: number, units: readonly string[]): string => {
  const power =
    Math.abs(value) < 1
      ? 0
      : Math.min(Math.floor(Math.log(Math.abs(value)) / Math.log(base)), units.length - 1);
  return `${significant(value / base ** power)}${units[power]}`;
};

const significant = (value: number) => String(Number(value.toPrecision(Math.abs(value) >= 100 ? 4 : 3)));

const seconds = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 172_800) return `${significant(value / 86_400)} d`;
  if (size >= 7200) return `${significant(value / 3600)} h`;
  if (size >= 120) return `${significant(value / 60)} min`;
  if (size >= 1 || size === 0) return `${significant(value)} s`;
  if (size >= 0.001) return `${significant(value * 1000)} ms`;
  return `${significant(value * 1e6)} µs`;
};

/** Nearly all is not all: as many digits as show two of what is missing, within reason. */
const share = (value: number): string => {
  const missing = 100 * Math.abs(1 - value);
  const digits = missing > 0 && missing < 1 ? Math.min(4, 1 - Math.floor(Math.log10(missing))) : undefined;
  return `${digits === undefined ? significant(value * 100) : Number((value * 100).toFixed(digits))}%`;
};

const thousands = ["", " K", " M", " G", " T"];
const binary = [" B", " KiB", " MiB", " GiB", " TiB"];

const formats: Record<string, (value: number) => string> = {
  s: seconds,
  percentunit: share,
  bytes: (value) => short(value, 1024, binary),
  Bps: (value) => `${short(value, 1024, binary)}/s`,
  ops: (value) => `${short(value, 1000, thousands)} ops/s`,
  reqps: (value) => `${short(value, 1000, thousands)} req/s`,
  cps: (value) => `${short(value, 1000, thousands)}/s`,
};

const two = (value: number, digits = 2) => String(value).padStart(digits, "0");

/** A time of day, where this program runs, of milliseconds since 1970: `14:02:07.031`. */
export function clock(milliseconds: number): string {
  const time = new Date(milliseconds);
  const [hours, minutes, seconds] = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) =>
    two(part),
  );
  return `${hours}:${minutes}:${seconds}.${two(time.getMilliseconds(), 3)}`;
}

/** A day, where this program runs: `07-31`. */
export function day(milliseconds: number): string {
  const time = new Date(milliseconds);
  return `${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

/** A value in one of Grafana's units. */
export const format = (value: number | undefined, unit = "short"): string =>
  value === undefined || Number.isNaN(value)
    ? "–"
    : (formats[unit] ?? ((each) => short(each, 1000, thousands)))(value);
