import assert from "node:assert/strict";
import fc from "fast-check";
import { hostMatcher } from "../../src/context/hosts.ts";

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."));
const port = fc.integer({ min: 1, max: 65_535 });
const anyCase = (text: string) =>
  fc
    .infiniteStream(fc.boolean())
    .map((upper) => [...text].map((one) => (upper.next().value ? one.toUpperCase() : one)).join(""));

describe("the hosts that trace context may leave to", () => {
  it("are those named, in any case, with any port, with or without the dot at the end", () => {
    fc.assert(
      fc.property(
        name.chain((name) => fc.tuple(fc.constant(name), anyCase(name), anyCase(name))),
        port,
        ([name, pattern, host], port) => {
          const allowed = hostMatcher([pattern]);
          for (const form of [host, `${host}.`, `${host}:${port}`]) assert.ok(allowed(form), form);
          assert.ok(!allowed(`x${name}`) && !allowed(`${name}x`) && !allowed(`x.${name}`));
        },
      ),
    );
  });

  it("are all below a name that begins with *. and neither the name itself nor one that only ends like it", () => {
    fc.assert(
      fc.property(name, name, label, port, (suffix, prefix, label, port) => {
        const allowed = hostMatcher([`*.${suffix}`]);
        assert.ok(allowed(`${prefix}.${suffix}`) && allowed(`${prefix}.${suffix}:${port}`));
        assert.ok(!allowed(suffix) || suffix.endsWith(`.${suffix}`));
        const evil = `${prefix}.${suffix}.${label}evil`;
        assert.equal(allowed(evil), evil.endsWith(`.${suffix}`));
        assert.ok(!allowed(`x${suffix}`) || `x${suffix}`.endsWith(`.${suffix}`));
      }),
    );
  });

  it("match * as one or more characters, wherever it stands", () => {
    const pattern = fc.stringMatching(/^[ab*.]{1,8}$/);
    const host = fc.stringMatching(/^[ab.]{1,10}$/);
    fc.assert(
      fc.property(pattern, host, (pattern, host) => {
        const strip = (text: string) => text.replace(/\.$/, "");
        const form = strip(pattern).replaceAll(".", "\\.").replaceAll("*", ".+");
        assert.equal(hostMatcher([pattern])(host), new RegExp(`^${form}$`).test(strip(host)));
      }),
      { numRuns: 2_000 },
    );
  });

  it("are bound to a port if the pattern names one", () => {
    fc.assert(
      fc.property(name, port, port, (name, port, other) => {
        const allowed = hostMatcher([`${name}:${port}`]);
        assert.ok(allowed(`${name}:${port}`));
        assert.ok(!allowed(name));
        assert.equal(allowed(`${name}:${other}`), other === port);
      }),
    );
  });

  it("may be IPv6 addresses, in any of their forms", () => {
    fc.assert(
      fc.property(fc.ipV6(), port, (address, port) => {
        const allowed = hostMatcher([address]);
        for (const form of [address, address.toUpperCase(), `[${address}]`, `[${address}]:${port}`]) {
          assert.ok(allowed(form), form);
        }
        assert.ok(hostMatcher([`[${address}]:${port}`])(`[${address}]:${port}`));
        assert.ok(!hostMatcher([`[${address}]:${port}`])(address));
      }),
    );
    assert.ok(hostMatcher(["::1"])("[0:0:0:0:0:0:0:1]:4318"));
    assert.ok(!hostMatcher(["::1"])("::2"));
  });

  it("are none without a pattern, and all for *", () => {
    fc.assert(
      fc.property(fc.oneof(name, fc.ipV4(), fc.ipV6()), (host) => {
        assert.ok(!hostMatcher([])(host));
        assert.ok(hostMatcher(["*"])(host));
      }),
    );
  });

  it("are none that cannot be read as a host, not even for *", () => {
    const allowed = hostMatcher(["*", "*.*", "*.internal"]);
    const unreadable = [
      "",
      ":80",
      "a b",
      "user@api.internal",
      "evil.example/api.internal",
      "evil.example#.internal",
      "evil.example?.internal",
      "api.internal\r\nx: y",
      "*.internal",
      "api.internal:port",
      "api.internal:123456",
      "[api.internal]",
      "[::1",
      "http://api.internal",
      "bücher.internal",
      "x".repeat(10_000),
      null,
      undefined,
      {},
      ["a.internal"],
      Symbol("a"),
    ];
    for (const host of unreadable) assert.ok(!allowed(host as string), String(host).slice(0, 50));
    fc.assert(
      fc.property(fc.anything(), (host) => {
        assert.equal(typeof allowed(host as string), "boolean");
      }),
    );
  });

  it("are found quickly, however many stars a pattern has", () => {
    const allowed = hostMatcher([`${"*a".repeat(60)}*b`]);
    const startedAt = performance.now();
    assert.ok(!allowed("a".repeat(250)));
    assert.ok(performance.now() - startedAt < 50);
  });

  it("are none of a pattern that cannot be read", () => {
    assert.ok(!hostMatcher(["localhost:*", "[::1", "a:1:2"])("localhost"));
  });
});
