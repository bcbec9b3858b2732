import assert from "node:assert/strict";
import { slos } from "../../../../alerts/slos.ts";
import { dashboards } from "../../../../dashboards/index.ts";
import { faultKinds, type FaultName, readOrder } from "../../../../local/demo/fault-kinds.ts";
import { consequencesOf } from "../../../../local/live/faults/description.ts";
import { dashboardsOf, expectedOf } from "../../../../local/live/faults/expectations.ts";
import { alertsIn, allGroups } from "../../../support/rules.ts";

const names = Object.keys(faultKinds) as FaultName[];
const order = (fault: FaultName, given: object = {}) =>
  readOrder(
    { fault, seconds: 3_600, ...(faultKinds[fault].of === "tenant" ? { tenant: "acme" } : {}), ...given },
    ["acme", "globex"],
  );
const thresholdsOf = (id: string) => slos.find((slo) => slo.id === id)?.thresholds ?? assert.fail(id);

describe("what is said of a fault", () => {
  for (const fault of names) {
    it(`names an alert that there is: ${fault}`, () => {
      const expected = expectedOf(order(fault)) ?? assert.fail("nobody is told of an hour of it");
      const severities = alertsIn(allGroups)
        .filter(({ alert }) => alert === expected.alert)
        .map(({ labels }) => labels?.["severity"]);
      assert.ok(severities.includes(expected.severity), `${expected.alert}: ${severities.join()}`);
    });
  }

  it("names dashboards that there are", () => {
    const datasources = { metrics: "m", longTermMetrics: "l", traces: "t", logs: "k" };
    const titles = dashboards({ datasources }).map(({ title }) => title);
    for (const title of names.flatMap((fault) => dashboardsOf[fault]))
      assert.ok(titles.includes(title), title);
  });

  const slow = { "usb-slow": "usb-latency", "plugin-slow": "plugin-load" } as const;
  for (const [fault, slo] of Object.entries(slow) as [keyof typeof slow, string][]) {
    it(`goes by the thresholds of ${slo}: ${fault}`, () => {
      const { warning = 0, critical } = thresholdsOf(slo);
      const severityAt = (seconds: number) =>
        expectedOf(order(fault, { ms: Math.round(seconds * 1_000) }))?.severity;
      assert.deepEqual([warning, critical].map(severityAt), [undefined, "warning"]);
      assert.deepEqual([warning + 0.01, critical + 0.01].map(severityAt), ["warning", "critical"]);
    });
  }

  it("goes by the thresholds of errors, two thirds of the share being those of operations", () => {
    const { warning = 0, critical } = thresholdsOf("errors");
    const severityAt = (share: number) => expectedOf(order("errors", { share: share * 150 }))?.severity;
    assert.deepEqual([warning, critical, critical + 0.01].map(severityAt), [
      undefined,
      "warning",
      "critical",
    ]);
  });

  it("says who is told: of a premium tenant its support as well, of the hub's fault no tenant", () => {
    const tenants = [
      { id: "acme", tier: "standard" },
      { id: "globex", tier: "premium" },
    ];
    const endpoints = { receiver: "http://desk/alerts", dashboards: "http://desk/dashboards" };
    const expected = (fault: FaultName, given: object = {}) =>
      consequencesOf(order(fault, given), tenants, endpoints)[0];
    assert.match(expected("usb-slow") ?? "", /UsbLatencyBreached \(critical\) of acme at critical, /);
    assert.match(expected("usb-slow", { tenant: "globex" }) ?? "", /of globex at critical and premium, /);
    assert.match(
      expected("flap", { tenant: "globex" }) ?? "",
      /UsbDevicesFlapping \(warning\) of globex at premium, /,
    );
    assert.match(expected("flap") ?? "", /of acme at default, /);
    assert.match(expected("down") ?? "", /AvailabilityBreached \(critical\) of the hub at critical, /);
    assert.match(expected("usb-slow", { ms: 20 }) ?? "", /no alert/);
  });
});
