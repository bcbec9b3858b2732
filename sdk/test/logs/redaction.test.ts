import assert from "node:assert/strict";
import fc from "fast-check";
import { descent, jsonOf } from "../../src/logs/json.ts";
import { parseRedactPath, secretEndings } from "../../src/logs/redact-path.ts";
import { redacted, Redaction } from "../../src/logs/redaction.ts";

const written = (value: unknown, ...paths: string[]) =>
  JSON.parse(jsonOf(value, new Redaction(paths).root, descent()) ?? "null") as unknown;

const mark = redacted;

describe("a redaction path", () => {
  it("names one field", () => {
    const user = { name: "Ada", address: { street: "Main St", city: "Bern" } };
    assert.deepEqual(written({ user, name: "free" }, "user.address.street", "user.name"), {
      user: { name: mark, address: { street: mark, city: "Bern" } },
      name: "free",
    });
  });

  it("hides all that is below what it names", () => {
    assert.deepEqual(written({ user: { a: [1, { b: 2 }] } }, "user"), { user: mark });
  });

  it("stands for any one name with *, for any number of them with **", () => {
    const value = { iban: 1, a: { iban: 2, b: { iban: 3, c: 4 } } };
    assert.deepEqual(written(value, "*.iban"), { iban: 1, a: { iban: mark, b: { iban: 3, c: 4 } } });
    assert.deepEqual(written(value, "**.iban"), { iban: mark, a: { iban: mark, b: { iban: mark, c: 4 } } });
    assert.deepEqual(written(value, "a.**.c"), { iban: 1, a: { iban: 2, b: { iban: 3, c: mark } } });
    assert.deepEqual(written(value, "a.*.*"), { iban: 1, a: { iban: 2, b: { iban: mark, c: mark } } });
  });

  it("reaches into lists by index, by * and without either", () => {
    const value = { users: [{ email: 1 }, { email: 2 }] };
    const all = { users: [{ email: mark }, { email: mark }] };
    for (const path of ["users.*.email", "users[*].email", "users.email", "**.email"]) {
      assert.deepEqual(written(value, path), all, path);
    }
    for (const path of ["users.1.email", "users[1].email"]) {
      assert.deepEqual(written(value, path), { users: [{ email: 1 }, { email: mark }] }, path);
    }
    assert.deepEqual(written({ grid: [[1], [2]] }, "grid[1][0]"), { grid: [[1], [mark]] });
  });

  it("takes names with dots and brackets in quotes, and letters without their case", () => {
    assert.deepEqual(written({ "a.b": { "x[0]": 1, y: 2 } }, `["a.b"]['x[0]']`), {
      "a.b": { "x[0]": mark, y: 2 },
    });
    assert.deepEqual(written({ USER: { eMail: 1 } }, "user.EMAIL"), { USER: { eMail: mark } });
  });

  it("reaches into errors, maps, and what toJSON returns", () => {
    const error = Object.assign(new Error("no"), { config: { auth: { user: "x" } } });
    const value = { error, map: new Map([["pin", 1]]), money: { toJSON: () => ({ amount: 5 }) } };
    const plain = written(value, "error.config.auth.user", "map.pin", "money.amount") as typeof value;
    assert.deepEqual(plain.error.config, { auth: { user: mark } });
    assert.deepEqual({ ...plain.map }, { pin: mark });
    assert.deepEqual(plain.money, { amount: mark });
  });

  it("is refused when it is none", () => {
    for (const path of [
      "",
      ".",
      "a.",
      ".a",
      "a..b",
      "a[",
      "a[b]",
      "a]",
      "to*",
      "***",
      'a["b]',
      "a b[",
      "a*",
    ]) {
      assert.equal(parseRedactPath(path), undefined, path);
      assert.throws(() => new Redaction([path]), TypeError, path);
    }
  });

  it("is read from any text without throwing", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."ab.*[]\"'0 ") }),
        (path) => void parseRedactPath(path),
      ),
    );
  });
});

describe("secrets", () => {
  it("are hidden at any depth, however their names are written", () => {
    const value = {
      password: 1,
      dbPassword: 1,
      config: { headers: { Authorization: 1, "X-API-Key": 1, "set-cookie": ["a"], host: "h" } },
      list: [{ access_token: 1 }, [{ CLIENT_SECRET: 1 }]],
      "auth.token": 1,
      rawHeaders: ["Authorization", "Bearer x"],
    };
    assert.deepEqual(written(value), {
      password: mark,
      dbPassword: mark,
      config: { headers: { Authorization: mark, "X-API-Key": mark, "set-cookie": mark, host: "h" } },
      list: [{ access_token: mark }, [{ CLIENT_SECRET: mark }]],
      "auth.token": mark,
      rawHeaders: mark,
    });
  });

  it("are not seen where a name only begins like one", () => {
    const value = { tokens: 12, passwordless: true, cookieCount: 3, secretary: "Ada", keys: [1] };
    assert.deepEqual(written(value), value);
  });

  it("show whether there are any", () => {
    assert.deepEqual(written({ token: null, password: undefined }), { token: null });
  });
});

/** A name that no rule speaks of. */
const plainName = fc.string({ unit: fc.constantFrom(..."abcdefgh"), minLength: 1, maxLength: 3 });
const secretName = fc
  .tuple(fc.constantFrom("", "x-", "db_", "my."), fc.constantFrom(...secretEndings), fc.func(fc.boolean()))
  .map(
    ([prefix, ending, upper]) => prefix + [...ending].map((c) => (upper(c) ? c.toUpperCase() : c)).join(""),
  );

const wrappers: Record<string, (name: string, value: unknown) => unknown> = {
  object: (name, value) => ({ before: 1, [name]: value, after: "x" }),
  list: (_, value) => [0, value],
  map: (name, value) => new Map([[name, value]]),
  error: (name, value) => Object.assign(new Error("failed"), { [name]: value }),
  toJSON: (name, value) => ({ toJSON: () => ({ [name]: value }) }),
};

/** The way from the top to a value. */
const way = fc.array(fc.tuple(plainName, fc.constantFrom(...Object.keys(wrappers))), { maxLength: 5 });
const along = (steps: readonly (readonly [string, string])[], value: unknown) =>
  steps.reduceRight((inner, [name, kind]) => wrappers[kind]?.(name, inner), value);

describe("whatever is logged", () => {
  const secret = "hunter2-5f3a";

  it("never shows a value under a secret's name", () => {
    fc.assert(
      fc.property(way, secretName, fc.boolean(), (steps, name, nested) => {
        const value = along(steps, { [name]: nested ? { deep: [secret] } : secret });
        assert.ok(!jsonOf(value, new Redaction([]).root, descent())?.includes(secret));
      }),
    );
  });

  it("never shows a value that a path covers, whichever way the path says so", () => {
    const generalised = fc.array(fc.constantFrom("name", "*", "**", "left out"), {
      minLength: 6,
      maxLength: 6,
    });
    fc.assert(
      fc.property(way, plainName, generalised, (steps, name, kinds) => {
        const path = steps.flatMap(([step, wrapper], i) => {
          const kind = kinds[i];
          if (kind === "*" || kind === "**") return [kind];
          if (wrapper === "list") return kind === "left out" ? [] : ["1"];
          return [step];
        });
        const value = along(steps, { [name]: secret });
        const json = jsonOf(value, new Redaction([[...path, name].join(".")]).root, descent());
        assert.ok(!json?.includes(secret), `${path.join(".")}.${name}: ${json}`);
      }),
    );
  });

  it("is shown as it is where no rule speaks of it", () => {
    const plain = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.string(), fc.boolean(), fc.integer(), tie("list"), tie("object")),
      list: fc.array(tie("value"), { maxLength: 4 }),
      object: fc.dictionary(plainName, tie("value"), { maxKeys: 4, noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(plain.object, (value) => {
        assert.deepEqual(written(value, "zebra.*", "**.yak", "other[0]"), { ...(value as object) });
      }),
    );
  });

  it("costs no more memory the more names it has", () => {
    const redaction = new Redaction(["**.a.*.*.b"]);
    let root = redaction.root;
    for (let i = 0; i < 20_000; i++) {
      jsonOf({ [`key${i}`]: { a: { [`x${i}`]: { y: { b: secret } } } } }, redaction.root, descent());
      root = redaction.root;
    }
    assert.equal(root.step("key1").hidden, false);
    assert.ok(redaction.remembered <= 5_000);
  });
});
