import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type SpanContext, TraceFlags } from "@opentelemetry/api";
import { LocalRootSampler } from "../../src/traces/sampler.ts";
import { FakeClock } from "../support/fake-clock.ts";

function setUp(samplingRate: number, maxTracesPerSecond = 1e6) {
  const shed: number[] = [];
  const clock = new FakeClock();
  const sampler = new LocalRootSampler({ samplingRate, maxTracesPerSecond }, clock, () => shed.push(1));
  return { sampler, shed, clock };
}

/** As random as a trace id, and always the same. */
const traceIdOf = (i: number) => createHash("md5").update(`${i}`).digest("hex");
const parent = (spanContext: Partial<SpanContext>): SpanContext => ({
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: TraceFlags.SAMPLED,
  ...spanContext,
});
const id = "0af7651916cd43dd8448eb211c80319c";

describe("the sampler", () => {
  it("samples the share of the traces that the rate says, and at a higher rate these and more", () => {
    const ids = Array.from({ length: 4_000 }, (_, i) => traceIdOf(i));
    let fewer: string[] = [];
    for (const rate of [0, 0.01, 0.1, 0.5, 0.99, 1]) {
      const { sampler } = setUp(rate);
      const sampled = ids.filter((id) => sampler.decide(undefined, id) === "sample");
      assert.ok(Math.abs(sampled.length / ids.length - rate) < 0.05, `${sampled.length} at ${rate}`);
      assert.deepEqual(
        fewer.filter((id) => !sampled.includes(id)),
        [],
      );
      fewer = sampled;
    }
  });

  it("samples none at 0 and all at 1, to the last trace id", () => {
    const extremes = [`${"0".repeat(31)}1`, "f".repeat(32), `${"f".repeat(18)}${"0".repeat(14)}`];
    for (const id of extremes) {
      assert.equal(setUp(0).sampler.decide(undefined, id), "record");
      assert.equal(setUp(1).sampler.decide(undefined, id), "sample");
    }
  });

  it("does as the parent does, remote or local, and records what is not sampled", () => {
    for (const isRemote of [true, false, undefined]) {
      const remote = isRemote === undefined ? {} : { isRemote };
      const { sampler } = setUp(0);
      assert.equal(sampler.decide(parent(remote), id), "sample");
      const unsampled = parent({ ...remote, traceFlags: TraceFlags.NONE });
      assert.equal(setUp(1).sampler.decide(unsampled, id), "record");
    }
  });

  it("samples no more local roots in a second than the cap, whoever sampled them, and all of their children", () => {
    const { sampler, clock } = setUp(1, 2);
    const decide = (parent?: SpanContext) => sampler.decide(parent, id);
    assert.deepEqual([decide(), decide(parent({ isRemote: true }))], ["sample", "sample"]);
    assert.deepEqual([decide(), decide(parent({ isRemote: true }))], ["record", "record"]);
    assert.equal(decide(parent({})), "sample");
    clock.advance(500);
    assert.deepEqual([decide(), decide()], ["sample", "record"]);
  });

  it("follows a new rate and a new cap from the next root on", () => {
    const { sampler } = setUp(0);
    sampler.set({ samplingRate: 1 });
    assert.equal(sampler.decide(undefined, id), "sample");
    sampler.set({ maxTracesPerSecond: 1 });
    assert.equal(sampler.decide(undefined, id), "sample");
    assert.equal(sampler.decide(undefined, id), "record");
  });

  it("records nothing when it is off, and tells of what would have been sampled", () => {
    const { sampler, shed } = setUp(0);
    sampler.off = true;
    assert.equal(sampler.decide(undefined, id), "ignore");
    assert.equal(shed.length, 0);
    assert.equal(sampler.decide(parent({}), id), "ignore");
    assert.equal(shed.length, 1);
    sampler.off = false;
    assert.equal(sampler.decide(undefined, id), "record");
  });
});
