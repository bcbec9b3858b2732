import type { Indicator, Slo } from "../slos.ts";
import { latency } from "./indicators/latency.ts";
import { outcome } from "./indicators/outcome.ts";
import { readiness } from "./indicators/readiness.ts";
import type { Measurement } from "./measurement.ts";

type SloOf<Kind extends Indicator["kind"]> = Slo & { indicator: Extract<Indicator, { kind: Kind }> };

const measurements: { [Kind in Indicator["kind"]]: (slo: SloOf<Kind>) => Measurement } = {
  latency,
  outcome,
  readiness,
};

export const measurementOf = (slo: Slo): Measurement =>
  (measurements[slo.indicator.kind] as (slo: Slo) => Measurement)(slo);
