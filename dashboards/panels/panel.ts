import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  type DashboardLinkBuilder,
  type Panel as PanelModel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Slo } from "../../alerts/slos.ts";
import type { Datasources } from "../datasources.ts";

/** A panel, which has to be told where its data is. */
export type Panel = (
  datasources: Datasources,
) => Builder<PanelModel> & { id(id: number): Builder<PanelModel> };

/** Grafana's name of a unit. */
export type Unit =
  | "s"
  | "short"
  | "none"
  | "percentunit"
  | "cps"
  | "ops"
  | "reqps"
  | "bytes"
  | "Bps"
  | "string"
  | "dateTimeAsIso";

/** Values beyond which a panel shows a warning, and an alarm. */
export interface Limits {
  warning?: number;
  critical?: number;
  /** Whether values above or below are bad. Default: above. */
  bad?: "above" | "below";
}

export interface PanelOptions {
  title: string;
  /** What is seen, and what to make of it. */
  description: string;
  unit: Unit;
  /** Of 24 columns. */
  width: number;
  /** In lines of 30 pixels. Default: 8. */
  height?: number;
  limits?: Limits;
  /** Digits after the point. Default: as many as Grafana finds right. */
  decimals?: number;
  /** What it means that there is nothing to show, where that is no fault. */
  noValue?: string;
  /** From its points to what is behind them. */
  links?: (datasources: Datasources) => DashboardLinkBuilder[];
}

/** The fixed thresholds of a promise, as its alerts have them. */
export const limitsOf = ({ indicator, thresholds }: Slo): Limits => ({
  ...thresholds,
  bad: indicator.kind === "readiness" ? "below" : "above",
});

/** What all builders of panels have in common. */
interface CommonBuilder {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  span(columns: number): this;
  height(lines: number): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  decimals(digits: number): this;
  noValue(text: string): this;
  dataLinks(links: DashboardLinkBuilder[]): this;
}

/** Gives a panel what every panel has. */
export function described<B extends CommonBuilder>(
  builder: B,
  { title, description, unit, width, height = 8, limits = {}, decimals, noValue, links }: PanelOptions,
  datasources: Datasources,
): B {
  builder
    .title(title)
    .description(description)
    .unit(unit)
    .span(width)
    .height(height)
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps(limits)));
  if (decimals !== undefined) builder.decimals(decimals);
  if (noValue) builder.noValue(noValue);
  return links ? builder.dataLinks(links(datasources)) : builder;
}

/** Grafana's steps go upwards, each from its value on. */
function steps({ warning, critical, bad = "above" }: Limits): Threshold[] {
  const step = (value: number | null, color: string) => ({ value, color });
  const bounds = [
    ...(warning === undefined ? [] : [{ value: warning, color: "orange" }]),
    ...(critical === undefined ? [] : [{ value: critical, color: "red" }]),
  ];
  if (bad === "above") return [step(null, "green"), ...bounds.map(({ value, color }) => step(value, color))];
  const upwards = bounds.toReversed();
  return upwards.reduce<Threshold[]>(
    (found, { value }, index) => [...found, step(value, upwards[index + 1]?.color ?? "green")],
    [step(null, upwards[0]?.color ?? "green")],
  );
}
