import assert from "node:assert/strict";
import {
  alertmanagerConfig,
  alertmanagerSpec,
  receiverSecrets,
} from "../../../infra/backends/alertmanager.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const settings = {
  default: [{ kind: "slack", url: "https://hooks.example.com/secret-path", channel: "#alerts" }],
  critical: [{ kind: "pagerduty", routingKey: { existingSecret: "pager", key: "token" } }],
  premium: [{ kind: "email", to: "premium@example.com" }],
  deadMansSwitchUrl: "https://dead.example.com/secret-path",
  smtp: { host: "mail.example.com", from: "a@example.com", username: "a", password: "secret-password" },
};
const stack = stackOf({ ...production, alertmanager: settings });

describe("Alertmanager", () => {
  it("runs once in small and three times in standard", () => {
    assert.equal(alertmanagerSpec(stackOf(minimal))?.replicas, 1);
    assert.equal(alertmanagerSpec(stackOf(production))?.replicas, 3);
  });

  it("mounts the Secret of every receiver, and its configuration names the file in it", () => {
    assert.deepEqual(alertmanagerSpec(stack).secrets, [
      "alertmanager-default-0",
      "pager",
      "alertmanager-dead-mans-switch",
      "alertmanager-smtp",
    ]);
    const config = JSON.stringify(alertmanagerConfig(stack));
    for (const file of [
      "alertmanager-default-0/url",
      "pager/token",
      "alertmanager-dead-mans-switch/url",
      "alertmanager-smtp/password",
    ]) {
      assert.ok(config.includes(`"/etc/alertmanager/secrets/${file}"`), file);
    }
  });

  it("has no secret in its configuration", () => {
    assert.doesNotMatch(JSON.stringify(alertmanagerConfig(stack)), /secret-pa/);
  });

  it("needs no Secret when nobody is to be told", () => {
    assert.deepEqual(receiverSecrets(stackOf(minimal)), []);
    assert.deepEqual(alertmanagerSpec(stackOf(minimal)).secrets, []);
  });

  it("routes the alerts of the stack's premium tenants to premium support", () => {
    const premium = alertmanagerConfig(stack).route.routes?.filter(
      ({ receiver }) => receiver === "premium-support",
    );
    assert.deepEqual(
      premium?.map(({ matchers }) => matchers),
      [['tenant_id="premium-tenant"']],
    );
  });
});
