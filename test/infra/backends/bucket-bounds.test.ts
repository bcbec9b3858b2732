import assert from "node:assert/strict";
import fc from "fast-check";
import { boundsAsPushed } from "../../../infra/backends/bucket-bounds.ts";

/** The shortest digits that are the number, and the power of ten of the first. */
function digitsOf(bound: number): { digits: string; power: number } {
  const [mantissa = "", power = ""] = bound.toExponential().split("e");
  return { digits: mantissa.replace(".", ""), power: Number(power) };
}

/** Go's `strconv.FormatFloat(bound, 'f', -1, 64)`: how Prometheus writes a bound that is pushed. */
function pushed(bound: number): string {
  const { digits, power } = digitsOf(bound);
  if (power < 0) return `0.${"0".repeat(-power - 1)}${digits}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, "0");
  const rest = digits.slice(power + 1);
  return rest === "" ? whole : `${whole}.${rest}`;
}

/** Go's format `g`, and `.0` after what would seem an integer: how Prometheus writes a bound that it scrapes. */
function scraped(bound: number): string {
  const { digits, power } = digitsOf(bound);
  if (power >= -4 && power < 6) return pushed(bound).includes(".") ? pushed(bound) : `${pushed(bound)}.0`;
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  return `${mantissa}e${power < 0 ? "-" : "+"}${`${Math.abs(power)}`.padStart(2, "0")}`;
}

/** What the relabelings make of a bound, each of the whole text or not at all, as Prometheus does it. */
const relabeled = (le: string) =>
  boundsAsPushed.reduce(
    (text, { regex, replacement }) =>
      text.replace(new RegExp(`^(?:${regex})$`), replacement.replaceAll(/\$\{(\d)\}/g, "$$$1")),
    le,
  );

describe("the bounds of scraped buckets", () => {
  const known: Record<string, string> = {
    "1.0": "1",
    "0.08": "0.08",
    "10.0": "10",
    "+Inf": "+Inf",
    "1e+06": "1000000",
    "1.048576e+06": "1048576",
    "1.23456785e+07": "12345678.5",
    "1.073741824e+09": "1073741824",
    "1e+15": "1000000000000000",
    "5e-05": "0.00005",
    "1.5e-09": "0.0000000015",
  };
  for (const [scraped, pushed] of Object.entries(known)) {
    it(`are called as pushed ones are: ${scraped} as ${pushed}`, () =>
      assert.equal(relabeled(scraped), pushed));
  }

  it("are called as pushed ones are, whichever the SDK takes", () => {
    const bound = fc.oneof(
      fc.double({ min: 1e-9, max: 1e15, noNaN: true }),
      fc.integer({ min: 1, max: 1e15 }),
      fc
        .tuple(fc.integer({ min: 1, max: 9_999 }), fc.integer({ min: -9, max: 11 }))
        .map(([n, e]) => Number(`${n}e${e}`)),
    );
    fc.assert(
      fc.property(bound, (bound) => assert.equal(relabeled(scraped(bound)), pushed(bound))),
      {
        numRuns: 2_000,
      },
    );
  });

  it("are left alone where they are no numbers, or there are none", () => {
    for (const text of ["", "+Inf", "NaN", "many"]) assert.equal(relabeled(text), text);
  });
});
