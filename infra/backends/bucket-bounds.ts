/** A relabeling of one label, as a monitor of Prometheus' operator has it. */
interface Relabeling {
  sourceLabels: string[];
  targetLabel: string;
  regex: string;
  replacement: string;
  action: "replace";
}

const rewrite = (regex: string, replacement: string): Relabeling => ({
  sourceLabels: ["le"],
  regex,
  targetLabel: "le",
  replacement,
  action: "replace",
});

/** Powers of ten of the bounds that the SDK takes, as far as Prometheus writes them with an exponent. */
const large = [6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const small = [5, 6, 7, 8, 9];

const twoDigits = (power: number) => `${power}`.padStart(2, "0");

/**
 * Lets one bucket have one name: Prometheus writes a bound that it scrapes as `1.0`, `1e+06` or `5e-05`, and one that is pushed
 * as `1`, `1000000` or `0.00005`. A relabeling cannot count: the digits of a large bound are filled up with zeros, and then each
 * power of ten takes as many as it has.
 * Source: `FormatOpenMetricsFloat` and the OTLP translation in Prometheus 3.
 */
export const boundsAsPushed: readonly Relabeling[] = [
  rewrite("([0-9])(?:\\.([0-9]+))?e\\+([0-9]+)", `\${1};\${2}${"0".repeat(Math.max(...large))};\${3}`),
  ...large.map((power) =>
    rewrite(`([0-9]);([0-9]{${power}})([0-9]*?)0*;${twoDigits(power)}`, "${1}${2}.${3}"),
  ),
  ...small.map((power) =>
    rewrite(`([0-9])(?:\\.([0-9]+))?e-${twoDigits(power)}`, `0.${"0".repeat(power - 1)}\${1}\${2}`),
  ),
  rewrite("([0-9]+)\\.0?", "${1}"),
];
