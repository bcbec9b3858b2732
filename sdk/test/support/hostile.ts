/** What a log call may be given by those who mean ill, or by accident; each made anew when it is needed. */
export const hostile: Readonly<Record<string, () => unknown>> = {
  cycle: () => {
    const one: Record<string, unknown> = {};
    one["self"] = [one];
    return one;
  },
  getter: () => ({
    get bad(): unknown {
      throw new Error("no");
    },
    good: 1,
  }),
  toJSON: () => ({
    toJSON() {
      throw new Error("no");
    },
  }),
  endlessToJSON: () => {
    const next = () => ({ toJSON: next });
    return next();
  },
  endlessList: () =>
    Object.assign(new Set(), {
      *[Symbol.iterator]() {
        for (;;) yield undefined;
      },
    }),
  proxy: () =>
    new Proxy(
      {},
      {
        get: () => {
          throw new Error("no");
        },
        ownKeys: () => {
          throw new Error("no");
        },
      },
    ),
  revoked: () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  prototype: () => JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":1}}') as unknown,
  nullPrototype: () => Object.assign(Object.create(null), { a: 1 }) as unknown,
  noString: () => ({ toString: 1, valueOf: 1, [Symbol.toPrimitive]: 1 }),
  bigint: () => 2n ** 70n,
  hugeBigint: () => 1n << 1_000_000n,
  symbol: () => Symbol("s"),
  function: () => () => 1,
  date: () => new Date(NaN),
  map: () =>
    new Map<unknown, unknown>([
      [{}, 1],
      [Symbol("s"), new Map()],
    ]),
  bytes: () => [
    Buffer.from("abc"),
    new Float64Array(3),
    new ArrayBuffer(8),
    new DataView(new ArrayBuffer(1)),
  ],
  error: () => Object.defineProperty(new Error("e"), "stack", { get: () => JSON.parse("{") as unknown }),
  text: () => '\r\n\u001b[31mred\u0000\u009b31m\u2028\u2029\u202e\ud800 \udc00\u007f"\\',
  longText: () => "é\n".repeat(1024 * 1024),
  longName: () => ({ ["n".repeat(1024 * 1024)]: 1 }),
  names: () => ({ "": 1, 日本: 2, __: 3, "-": { "?": 4 }, "a.b": 5, a: { b: 6 }, a_b: 7 }),
  deep: () => JSON.parse('{"a":'.repeat(5_000) + "1" + "}".repeat(5_000)) as unknown,
  wide: () => Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i])),
  longList: () => new Array(1_000_000),
  texts: () => Array.from({ length: 500 }, () => "x".repeat(16_000)),
};
