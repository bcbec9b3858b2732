import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { outcome } from "../../support/program.ts";

const command = (name: string, ...args: string[]) =>
  outcome(process.execPath, [join(import.meta.dirname, "../../../infra/commands", `${name}.ts`), ...args]);

describe("the command", function () {
  this.timeout(60_000);

  it("rules prints all groups of a stack as one Prometheus rules file", async () => {
    const { code, said } = await command("rules", "--stack", "prod");
    assert.equal(code, 0, said);
    const { groups } = parse(said) as { groups: { name: string; interval?: string; rules: object[] }[] };
    assert.ok(groups.every(({ name, rules }) => name && rules.length > 0));
    assert.equal(groups.find(({ name }) => name === "slo-history")?.interval, "5m");
    assert.match(said, /premium-tenant/);
  });

  it("alertmanager prints the configuration of a stack's Alertmanager", async () => {
    const { code, said } = await command("alertmanager", "--stack", "dev");
    assert.equal(code, 0, said);
    assert.equal((parse(said) as { route: { receiver: string } }).route.receiver, "default");
  });

  it("rules names the stack that there is not, and what it takes", async () => {
    const missing = await command("rules", "--stack", "nope");
    assert.equal(missing.code, 1);
    assert.match(missing.said, /Pulumi\.nope\.yaml/);
    const unknown = await command("rules", "--bogus");
    assert.equal(unknown.code, 1);
    assert.match(unknown.said, /Usage: rules/);
  });
});
