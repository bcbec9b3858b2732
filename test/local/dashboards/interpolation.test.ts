import assert from "node:assert/strict";
import fc from "fast-check";
import { exactly, interpolate } from "../../../local/dashboards/interpolation.ts";

const times = { intervalSeconds: 60, scrapeIntervalSeconds: 30 };

describe("filling in Grafana's variables", () => {
  it("makes the interval of a rate long enough for four scrapes, and for the distance of two points", () => {
    assert.equal(interpolate("[$__rate_interval]", times), "[120s]");
    assert.equal(interpolate("[$__rate_interval]", { ...times, intervalSeconds: 600 }), "[630s]");
  });

  it("takes the distance of two points for the interval", () => {
    assert.equal(interpolate("[$__interval]", times), "[60s]");
  });

  it("takes a variable for any value unless one is given, with and without braces and formats", () => {
    assert.equal(interpolate('a=~"$tenant",b=~"${service:pipe}"', times), 'a=~".{1,}",b=~".{1,}"');
    assert.equal(interpolate('"$tenant"', { ...times, variables: { tenant: "acme" } }), '"acme"');
  });

  it("leaves alone what is no variable", () => {
    assert.equal(
      interpolate('label_replace(x, "a", "$1", "b", "(.+)")', times),
      'label_replace(x, "a", "$1", "b", "(.+)")',
    );
  });

  it("takes a chosen value for itself alone, whatever signs it has", () => {
    assert.equal(exactly("autoweave-hub"), "autoweave-hub");
    assert.equal(exactly('a.b|c"d\\'), 'a\\\\.b\\\\|c\\"d\\\\\\\\');
    fc.assert(
      fc.property(fc.string(), fc.string(), (value, other) => {
        const pattern = new RegExp(`^(?:${JSON.parse(`"${exactly(value)}"`) as string})$`);
        assert.ok(pattern.test(value));
        assert.equal(pattern.test(other), other === value);
      }),
    );
  });
});
