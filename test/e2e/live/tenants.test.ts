import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { eventually, type Live, sharedLive } from "../../support/live.ts";
import { refusedRecords } from "./support/counters.ts";
import type { Signal } from "./support/otlp.ts";
import { probesFound } from "./support/probes-found.ts";
import { naming, overTenants, type Question, questions } from "./support/questions.ts";
import { Tail } from "./support/tail.ts";
import { ask, ways } from "./support/ways.ts";

const own = "acme";
const other = "globex";
type Tenant = typeof own | typeof other;

const arrivalSeconds = 60;
const signals: readonly Signal[] = ["traces", "logs", "metrics"];

/** Headers by which a client could try to be somebody else. */
const disguises: Record<string, string>[] = [
  {},
  { "X-Scope-OrgID": other },
  { "x-sCoPe-oRgId": `${own}|${other}` },
  { "X-Tenant-ID": other, "X-Scope-OrgID": "*" },
];

/** A name that may stand anywhere. */
const nameOf = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

describe("a tenant of the live stack", function () {
  this.timeout(180_000);
  let live: Live;
  /** Loki answers step by step what volumes were over time: a question about the time of all other tests has many. */
  let since: number;
  before(async () => {
    live = await sharedLive();
    since = Date.now();
  });

  const token = (tenant = own) => bearer(live.token(tenant));
  const found = (tenant: string, signal: Signal, service: string) =>
    probesFound[signal](live, tenant, service, since);

  /** Waits until a tenant finds so many probes of a service. */
  const arrived = (tenant: string, signal: Signal, service: string, count: number) =>
    eventually(`${count} ${signal} of ${service}`, arrivalSeconds, async () => {
      const probes = await found(tenant, signal, service);
      return probes.length >= count ? probes : undefined;
    });
  const foundByOwnAlone = async (signal: Signal, service: string, names: string[]) => {
    const probes = await arrived(own, signal, service, names.length);
    assert.deepEqual(probes.map(({ name }) => name).sort(), names);
    for (const { tenants } of probes) assert.deepEqual([...new Set(tenants)], [own]);
    for (const tenant of live.tenants)
      if (tenant !== own) assert.deepEqual(await found(tenant, signal, service), []);
  };

  for (const [way, { signal, write, accepted, unauthenticated }] of Object.entries(ways)) {
    it(`that writes by ${way} is who its token says, whatever headers and attributes say`, async () => {
      const service = nameOf(`liar ${way}`);
      const claims = { "tenant.id": other, tenant_id: other };
      for (const [index, disguise] of disguises.entries()) {
        const probe = { service, name: `liar_${index}`, claims };
        assert.equal(await write(live, { ...token(), ...disguise }, probe), accepted);
      }
      await foundByOwnAlone(
        signal,
        service,
        disguises.map((_, index) => `liar_${index}`),
      );
    });

    it(`that writes by ${way} without a token or with a wrong one is refused, and nothing of it arrives`, async () => {
      const service = nameOf(`stranger ${way}`);
      for (const wrong of [{}, bearer("wrong"), bearer(live.token(own).slice(1)), bearer(own)]) {
        for (const disguise of disguises) {
          const status = await write(live, { ...disguise, ...wrong }, { service, name: "stranger" });
          assert.equal(status, unauthenticated);
        }
      }
      assert.equal(await write(live, token(), { service, name: "known" }), accepted);
      await foundByOwnAlone(signal, service, ["known"]);
    });
  }

  const kinds = { traces: "spans", logs: "log_records", metrics: "metric_points" } as const;
  for (const signal of signals) {
    it(`in a service's list gets its own of that service's ${signal}; what is for others is refused, counted and told of`, async () => {
      const { write, accepted } = ways[`OTLP/HTTP ${signal}`] ?? assert.fail();
      const service = nameOf(`service ${signal}`);
      const credential = bearer(await live.serviceToken("autoweave-hub"));
      const writeFor = async (name: string, claims: Record<string, string>) =>
        assert.equal(await write(live, credential, { service, name, claims }), accepted);
      const refused = await refusedRecords(live, kinds[signal]);

      for (const tenant of live.tenants) await writeFor(nameOf(tenant), { "tenant.id": tenant });
      await writeFor("foreign", { "tenant.id": "initech" });
      await writeFor("of_nobody", {});

      for (const tenant of live.tenants) {
        const probes = await arrived(tenant, signal, service, 1);
        assert.deepEqual(
          probes.map(({ name, tenants }) => [name, ...new Set(tenants)]),
          [[nameOf(tenant), tenant]],
        );
      }
      await eventually("count of what was refused", arrivalSeconds, async () =>
        (await refusedRecords(live, kinds[signal])) === refused + 2 ? true : undefined,
      );
      const expression = await expressionOf("CollectorForeignTenants");
      await eventually("result of the alert's expression", arrivalSeconds, async () => {
        await writeFor("foreign", { "tenant.id": "initech" });
        return (await live.query(expression)).length > 0 ? true : undefined;
      });
    });
  }

  const expressionOf = async (alert: string) => {
    const answer = await fetch(`${live.direct("prometheus-http")}/api/v1/rules`);
    const { data } = (await answer.json()) as {
      data: { groups: { rules: { name: string; query: string }[] }[] };
    };
    const rules = data.groups.flatMap(({ rules }) => rules);
    return rules.find(({ name }) => name === alert)?.query ?? assert.fail(`no alert ${alert}`);
  };

  describe("that reads", () => {
    /** What stands in the data of one tenant only. */
    const marks = {
      [own]: `mark${randomBytes(4).toString("hex")}`,
      [other]: `mark${randomBytes(4).toString("hex")}`,
    };
    const traceIds = { [own]: randomBytes(16).toString("hex"), [other]: randomBytes(16).toString("hex") };
    const serviceOf = (tenant: Tenant) => `reading_${marks[tenant]}`;

    before(async () => {
      const everything = ([own, other] as const).flatMap((tenant) =>
        signals.map((signal) => [tenant, signal] as const),
      );
      for (const [tenant, signal] of everything) {
        const { write, accepted } = ways[`OTLP/HTTP ${signal}`] ?? assert.fail();
        const probe = { service: serviceOf(tenant), name: marks[tenant], traceId: traceIds[tenant] };
        assert.equal(await write(live, token(tenant), probe), accepted);
      }
      for (const [tenant, signal] of everything) await arrived(tenant, signal, serviceOf(tenant), 1);
    });

    const asked = (
      tenant: string,
      { endpoint, path, parameters }: Question,
      disguise: Record<string, string> = {},
    ) => {
      const times = {
        start: String(Math.floor(since / 1000)),
        end: String(Math.floor(Date.now() / 1000) + 1),
      };
      const query = new URLSearchParams({ ...parameters, ...times });
      return ask(`${live.endpoint(endpoint)}${path}?${query}`, { ...token(tenant), ...disguise });
    };

    for (const [what, question] of Object.entries(questions)) {
      it(`${what} finds its own and nothing of others, whoever its headers name`, async () => {
        // Those who are disguised are answered after the mark has arrived where they ask.
        const answers = await eventually(`an answer with the mark`, 30, async () => {
          const all = await Promise.all(disguises.map((disguise) => asked(own, question, disguise)));
          return all.every(({ text }) => text.includes(marks[own])) ? all : undefined;
        });
        for (const { status, text } of answers) {
          assert.equal(status, 200, text);
          assert.ok(!text.includes(marks[other]), text);
        }
        await eventually("the other's answer", 30, async () =>
          (await asked(other, question)).text.includes(marks[other]) ? true : undefined,
        );
      });
    }

    it("finds no trace of another, though it knows its id", async () => {
      for (const version of ["", "v2/"]) {
        const path = (tenant: Tenant) => `/api/${version}traces/${traceIds[tenant]}`;
        for (const disguise of disguises) {
          const { status, text } = await asked(own, { endpoint: "tempo", path: path(other) }, disguise);
          assert.ok(!text.includes(marks[other]), `${status} ${text}`);
          assert.equal((await asked(own, { endpoint: "tempo", path: path(own) }, disguise)).status, 200);
        }
      }
    });

    for (const [what, question] of Object.entries({ ...naming(other), ...overTenants(other) })) {
      it(`finds nothing of another that it names in ${what}`, async () => {
        if (what in naming(other)) {
          // A subquery looks at multiples of its step alone: it finds what is new a step later.
          await eventually("the other's own answer", 30, async () =>
            (await asked(other, question)).text.includes(marks[other]) ? true : undefined,
          );
        }
        for (const disguise of disguises) {
          const { text } = await asked(own, question, disguise);
          assert.ok(!text.includes(marks[other]), text);
        }
      });
    }

    it("is told of the rules and alerts that are its own", async () => {
      for (const disguise of disguises) {
        const rules = await asked(own, { endpoint: "prometheus", path: "/api/v1/rules" }, disguise);
        const alerts = await asked(own, { endpoint: "prometheus", path: "/api/v1/alerts" }, disguise);
        assert.match(rules.text, new RegExp(`"tenant_id":"${own}"`));
        for (const { status, text } of [rules, alerts]) {
          assert.equal(status, 200, text);
          assert.ok(!text.includes(other), text);
        }
      }
    });

    it("is sent its own lines as they come, and nobody else's", async () => {
      const { write } = ways["Loki's push API"] ?? assert.fail();
      const service = `tailed_${marks[own]}`;
      const tails = disguises.map(
        (disguise) => new Tail(live, `{service_name="${service}"}`, { ...token(), ...disguise }),
      );
      try {
        await Promise.all(tails.map((tail) => tail.opened()));
        // The other's comes first: it would be seen before one's own.
        await write(live, token(other), { service, name: marks[other] });
        await arrived(other, "logs", service, 1);
        await write(live, token(), { service, name: marks[own] });
        for (const tail of tails) assert.deepEqual(await tail.next(), [marks[own]]);
      } finally {
        for (const tail of tails) tail.close();
      }
    });
  });
});
