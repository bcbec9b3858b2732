import assert from "node:assert/strict";
import { context, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  contextWithTenant,
  currentTenant,
  setProcessTenant,
  tenantOf,
  unknownTenant,
  withTenant,
} from "../../src/context/tenant.ts";
import { tenantBaggageKey } from "../../src/names/index.ts";

describe("the tenant context", () => {
  const manager = new AsyncLocalStorageContextManager();

  before(() => assert.ok(context.setGlobalContextManager(manager)));
  after(() => context.disable());
  afterEach(() => setProcessTenant(undefined));

  it("is the process's own tenant where nothing names another, and unknown without one", () => {
    assert.equal(currentTenant(), unknownTenant);
    setProcessTenant("own");
    assert.equal(currentTenant(), "own");
  });

  it("holds for what comes about in it, also asynchronously, and ends with it", async () => {
    setProcessTenant("own");
    const seen = await withTenant("blue", async () => {
      const before = currentTenant();
      await new Promise((resolve) => setImmediate(resolve));
      return [before, currentTenant(), withTenant("green", currentTenant), currentTenant()];
    });
    assert.deepEqual(seen, ["blue", "blue", "green", "blue"]);
    assert.equal(currentTenant(), "own");
  });

  it("gives back what the function gives, and lets through what it throws", () => {
    const value = {};
    assert.equal(
      withTenant("blue", () => value),
      value,
    );
    const error = new Error("no");
    assert.throws(
      () =>
        withTenant("blue", () => {
          throw error;
        }),
      (thrown) => thrown === error,
    );
  });

  it("ignores what cannot be a tenant's id", () => {
    const hostile = [
      "",
      " ",
      "a b",
      "a/b",
      "-a",
      "a\n",
      "a,b",
      "a|b",
      "é",
      "x".repeat(64),
      "x".repeat(1e7),
      1,
      null,
      undefined,
      {},
      Symbol("a"),
    ];
    for (const given of hostile) {
      assert.equal(contextWithTenant(ROOT_CONTEXT, given), ROOT_CONTEXT);
      assert.equal(
        withTenant("blue", () => withTenant(given as string, currentTenant)),
        "blue",
      );
    }
  });

  it("ignores an invalid tenant that something else put into the baggage", () => {
    const baggage = propagation.createBaggage({ [tenantBaggageKey]: { value: "blue\r\nevil: 1" } });
    const spoiled = propagation.setBaggage(ROOT_CONTEXT, baggage);
    assert.equal(tenantOf(spoiled), undefined);
    setProcessTenant("own");
    assert.equal(context.with(spoiled, currentTenant), "own");
  });

  it("leaves other baggage alone", () => {
    const baggage = propagation.createBaggage({ other: { value: "1" } });
    const blue = contextWithTenant(propagation.setBaggage(ROOT_CONTEXT, baggage), "blue");
    assert.equal(tenantOf(blue), "blue");
    assert.equal(propagation.getBaggage(blue)?.getEntry("other")?.value, "1");
    assert.equal(contextWithTenant(blue, "blue"), blue);
  });

  it("keeps telling tenants apart when there are more than it remembers", () => {
    for (let i = 0; i < 3_000; i++) {
      assert.equal(withTenant(`tenant-${i}`, currentTenant), `tenant-${i}`);
    }
    assert.equal(withTenant("tenant-0", currentTenant), "tenant-0");
  });
});
