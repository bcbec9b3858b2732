import type { FaultName, FaultOrder } from "../../demo/fault-kinds.ts";

/** An alert that a fault is to raise. */
export interface ExpectedAlert {
  alert: string;
  severity: "warning" | "critical";
  /** Whom it names: the fault's tenant, the tenant of whatever is no tenant's, or the service alone. */
  names: "tenant" | "own-tenant" | "service";
  /** How long after the fault has begun, with the load of a demo. */
  after: string;
}

/** What follows from a fault, by the thresholds that are promised; `undefined`: nobody is told. */
type Expectation = (order: FaultOrder) => ExpectedAlert | undefined;

const beyond =
  (
    setting: "ms" | "share",
    alert: string,
    warning: [number, string],
    critical: [number, string],
  ): Expectation =>
  (order) => {
    const value = order[setting] ?? 0;
    const of = (severity: ExpectedAlert["severity"], after: string): ExpectedAlert => ({
      alert,
      severity,
      names: "tenant",
      after,
    });
    if (value > critical[0]) return of("critical", critical[1]);
    return value > warning[0] ? of("warning", warning[1]) : undefined;
  };

const always =
  (expected: ExpectedAlert): Expectation =>
  () =>
    expected;

const lasting =
  (seconds: number, expected: ExpectedAlert): Expectation =>
  (order) =>
    order.seconds > seconds ? expected : undefined;

const expectations: Record<FaultName, Expectation> = {
  "usb-slow": beyond("ms", "UsbLatencyBreached", [80, "in three minutes"], [100, "in a minute"]),
  "plugin-slow": beyond("ms", "PluginLoadBreached", [200, "in three minutes"], [250, "in a minute"]),
  // Of all operations about two thirds as many fail as of the transfers.
  errors: beyond("share", "ErrorsBreached", [1.5, "in five minutes"], [7.5, "within five minutes"]),
  down: always({
    alert: "AvailabilityBreached",
    severity: "critical",
    names: "service",
    after: "in a minute",
  }),
  flap: always({
    alert: "UsbDevicesFlapping",
    severity: "warning",
    names: "tenant",
    after: "in three minutes",
  }),
  leak: lasting(660, {
    alert: "TelemetryShedding",
    severity: "warning",
    names: "own-tenant",
    after: "in twelve minutes",
  }),
  "log-storm": lasting(660, {
    alert: "TenantNearLimit",
    severity: "warning",
    names: "tenant",
    after: "in fifteen minutes",
  }),
  cardinality: always({
    alert: "LabelValuesCapped",
    severity: "warning",
    names: "own-tenant",
    after: "in a quarter of an hour, even if it is over by then",
  }),
};

/** What somebody is told of a fault; undefined when it is too small, or too short, for that. */
export const expectedOf = (order: FaultOrder): ExpectedAlert | undefined => expectations[order.fault](order);

/** Titles of the dashboards that show a fault best. */
export const dashboardsOf: Record<FaultName, readonly string[]> = {
  "usb-slow": ["SLO", "Developer"],
  "plugin-slow": ["SLO", "Developer"],
  errors: ["SLO", "Developer"],
  down: ["SLO", "Operations"],
  flap: ["Developer"],
  leak: ["Developer"],
  "log-storm": ["Telemetry cost"],
  cardinality: ["Telemetry cost"],
};
