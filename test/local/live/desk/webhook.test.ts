import assert from "node:assert/strict";
import { readWebhook } from "../../../../local/live/desk/notifications/webhook.ts";
import { webhook } from "../../../support/desk.ts";

describe("Alertmanager's webhook", () => {
  it("is read with its alerts, and their summaries as its text", () => {
    const read = readWebhook(
      JSON.stringify(
        webhook("firing", { alertname: "UsbSlow", tenant_id: "acme" }, { summary: "Slow.", value: "110ms" }),
      ),
    );
    assert.equal(read.status, "firing");
    assert.equal(read.text, "Slow.");
    assert.deepEqual(read.alerts, [
      {
        status: "firing",
        labels: { alertname: "UsbSlow", tenant_id: "acme" },
        annotations: { summary: "Slow.", value: "110ms" },
        startsAt: "2026-01-02T03:04:05.678Z",
        endsAt: "0001-01-01T00:00:00Z",
      },
    ]);
  });

  for (const [what, text] of Object.entries({
    "is no JSON": "alerts!",
    "is of another version": JSON.stringify({ ...webhook("firing"), version: "3" }),
    "has no alerts": JSON.stringify({ ...webhook("firing"), alerts: [] }),
    "has labels that are no texts": JSON.stringify(webhook("firing", { alertname: 1 as unknown as string })),
    "is nothing": "",
    "is null": "null",
  })) {
    it(`is refused when it ${what}`, () => {
      assert.throws(() => readWebhook(text), /^Error: It is not /);
    });
  }

  it("is refused with the path of what is wrong", () => {
    const broken = { ...webhook("firing"), alerts: [{ ...webhook("firing").alerts[0], startsAt: "now" }] };
    assert.throws(() => readWebhook(JSON.stringify(broken)), /alerts\[0\]\.startsAt/);
  });
});
