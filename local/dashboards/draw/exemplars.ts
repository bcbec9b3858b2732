import type { Exemplar } from "../exemplars.ts";
import type { Sign } from "./chart.ts";
import { hex } from "./colors.ts";
import { clock, format } from "./format.ts";
import { escaped, link } from "./svg.ts";

/** Address of a trace's page; without one nothing is a link. */
export type TraceUrl = ((traceId: string) => string) | undefined;

const half = 4;

/** Each exemplar as a diamond. */
export const exemplarSigns = (
  exemplars: readonly Exemplar[],
  place: (exemplar: Exemplar) => [x: number, y: number],
  unit: string | undefined,
  traceUrl: TraceUrl,
): Sign[] =>
  exemplars.map((exemplar) => ({
    at: place(exemplar),
    draw: (x, y) => {
      const { value, seconds, traceId } = exemplar;
      const told = escaped(`${format(value, unit)} at ${clock(seconds * 1000)}, trace ${traceId}`);
      const shape = `M${x.toFixed(1)},${(y - half).toFixed(1)}l${half},${half}l-${half},${half}l-${half},-${half}z`;
      return link(
        traceUrl?.(traceId),
        `<path d="${shape}" fill="${hex("orange")}"><title>${told}</title></path>`,
      );
    },
  }));
