import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { collectorConfig } from "../../../infra/backends/collector.ts";
import { secondsOf } from "../../../local/dashboards/model.ts";
import { repository } from "../../../local/folders.ts";
import type { Deployed } from "../../../local/live/deployed.ts";
import type { Program } from "../../../local/live/program.ts";
import { programs } from "../../../local/live/programs/index.ts";
import { waitUntil } from "../../../local/processes.ts";
import { seeded } from "../../bench/support/random.ts";
import { accountOf } from "../../support/account.ts";
import { Live } from "../../support/live.ts";
import { stackOf } from "../../support/stacks.ts";
import { refusedRecords, tooOldLines } from "./support/counters.ts";
import { Crashes, drained } from "./support/crashes.ts";
import { type Accepted, Load } from "./support/load.ts";
import { counterOf, linesOf, namesOf, post, type Signal, spansOf } from "./support/otlp.ts";
import { linesFound, spansFound, spansSearched, valuesFound } from "./support/stored.ts";

const tenants = ["acme", "globex"] as const;
const [someTenant] = tenants;

const backends = ["loki", "tempo", "prometheus"];
const victims = [...backends, "object-store", "collector", "gateway"];
const needed = [
  ...victims,
  "prom-label-proxy",
  "long-term-prometheus",
  "prometheus-operator",
  "alertmanager",
];
const running = programs.filter(({ name }) => needed.includes(name));

const say = (line: string) => console.log(`      ${line}`);

describe("the live stack, its programs killed without a warning,", function () {
  this.timeout(600_000);
  const live = new Live();
  before(() => live.startOnly(running));
  after(async () => {
    await Promise.all(loads.map((load) => load.end()));
    await live.commands.end();
  });

  const loads: Load[] = [];
  const newLoad = (service: string, some: readonly string[]) => {
    const tokens = Object.fromEntries(some.map((tenant) => [tenant, live.token(tenant)]));
    const load = new Load(live.endpoint("otlp"), service, tokens);
    loads.push(load);
    return load;
  };

  describe("one after the other under load, the Collector with full queues too,", () => {
    let since: number;
    let crashes: Crashes;
    let load: Load;

    before(async () => {
      const seed = Number(process.env["AUTOWEAVE_TEST_SEED"] ?? randomInt(2 ** 31));
      const random = seeded(seed);
      const order = shuffled(victims, random);
      say(`AUTOWEAVE_TEST_SEED=${seed} kills ${order.join(", ")}`);
      since = Date.now();
      load = newLoad("crashes", tenants);
      crashes = new Crashes(live, running, load);
      for (const program of order) await crashes.one(program, 5 + Math.floor(random() * 15));
      const filled = load.streams.filter(
        ({ tenant, signal }) => tenant === someTenant && signal !== "metrics",
      );
      await crashes.withFullQueues(backends, filled);
    });

    const acceptedOf = (tenant: string, signal: Signal) =>
      load.accepted.filter((batch) => batch.tenant === tenant && batch.signal === signal);

    it("loses no log line that it accepted", async () => {
      for (const tenant of tenants) {
        const found = await linesFound(live, tenant, since, load.service);
        const { accepted, lost, foreign, repeated } = accountOf(recordsOf(acceptedOf(tenant, "logs")), found);
        say(`${tenant}: ${accepted} lines accepted, ${lost.length} lost, ${repeated} found twice`);
        assert.deepEqual(first({ lost, foreign }), { lost: [], foreign: [] });
      }
    });

    it("loses no sample that it accepted: counters end where they were counted to", async () => {
      for (const tenant of tenants) {
        const counts = acceptedOf(tenant, "metrics").map(({ first, count }) => first + count);
        const found = await valuesFound(live, tenant, since, load.service);
        const { accepted, lost, foreign } = accountOf(
          counts.map((count) => ({ name: String(count) })),
          found.map(String),
        );
        say(`${tenant}: ${accepted} samples accepted, ${lost.length} lost, counted to ${found.at(-1)}`);
        assert.deepEqual(first({ lost, foreign }), { lost: [], foreign: [] });
        assert.equal(found.at(-1), counts.at(-1));
      }
    });

    it("loses no span that it accepted but those in Tempo's memory, where none is longer than the live window", async () => {
      const windowSeconds = liveWindowSeconds(live);
      const ends = crashes.crashes.filter(({ program }) => program === "tempo").map(({ at }) => at);
      for (const tenant of tenants) {
        const batches = acceptedOf(tenant, "traces");
        const found = await spansSearched(live, tenant, since, load.service, batches);
        const { accepted, lost, foreign } = accountOf(recordsOf(batches), found);
        const oldestSeconds = oldestAge(lost, ends);
        say(`${tenant}: ${accepted} spans accepted, ${lost.length} lost with Tempo's memory`);
        say(`  the oldest of ${oldestSeconds.toFixed(1)} s, the window being ${windowSeconds} s`);
        assert.deepEqual(foreign, []);
        assert.ok(oldestSeconds <= 3 * windowSeconds);
      }
    });

    it("gives up nothing that a backend could have taken", async () => {
      assert.equal(await crashes.dropped(), 0);
    });

    it("shows no tenant another's", async () => {
      for (const tenant of tenants) {
        const others = load.accepted.filter((batch) => batch.signal === "traces" && batch.tenant !== tenant);
        const traceIds = others.slice(-10).map(({ traceId }) => traceId);
        assert.deepEqual(await spansFound(live, tenant, traceIds), []);
      }
    });
  });

  it("counts what it drops: produced is what is stored and what was counted", async () => {
    const since = Date.now();
    const token = await live.serviceToken("autoweave-hub");
    const service = "accounted";
    const send = async (signal: Signal, ...bodies: object[]) => {
      for (const body of bodies)
        assert.ok((await post(live.endpoint("otlp"), token, signal, body)).isAccepted);
    };
    const of = (tenant: string) => ({ service, resource: { "tenant.id": tenant } });
    const [ours, nobodys] = [of(someTenant), of("nobody")] as const;
    const counted = async () => ({
      spans: await refusedRecords(live, "spans"),
      lines: (await refusedRecords(live, "log_records")) + (await tooOldLines(live)),
      samples: await refusedRecords(live, "metric_points"),
    });
    const before = await counted();

    const numbers = (first: number, count: number) => ({ tenant: someTenant, first, count });
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    await send("traces", spansOf(numbers(0, 7), traceId, ours), spansOf(numbers(7, 3), traceId, nobodys));
    await send(
      "logs",
      linesOf(numbers(0, 11), ours),
      linesOf(numbers(11, 5), { ...ours, at: since - yearMilliseconds }),
      linesOf(numbers(16, 4), nobodys),
    );
    await send("metrics", counterOf(numbers(0, 1), since, ours), counterOf(numbers(1, 1), since, nobodys));
    await drained(live);

    assert.deepEqual(
      {
        spans: (await spansFound(live, someTenant, [traceId])).length,
        lines: (await linesFound(live, someTenant, since, service)).length,
        samples: (await valuesFound(live, someTenant, since, service)).length,
      },
      { spans: 7, lines: 11, samples: 1 },
    );
    const after = await counted();
    assert.deepEqual(
      {
        spans: after.spans - before.spans,
        lines: after.lines - before.lines,
        samples: after.samples - before.samples,
      },
      { spans: 3, lines: 5 + 4, samples: 1 },
    );
  });

  it("loses of a Collector that samples whole traces what arrived within its decision wait, and nothing older", async () => {
    const config = collectorConfig(withTailSampling);
    const waitSeconds = secondsOf(config.processors.tail_sampling?.decision_wait ?? "");
    const since = Date.now();
    const load = newLoad("sampling", [someTenant]);
    const sampling = running.map((program) =>
      program.name === "collector" ? configuredWith(config, program) : program,
    );
    await live.run(sampling);
    load.start();
    await load.advance(1);
    const [earliest] = load.accepted.filter(({ signal }) => signal === "traces");
    const isFound = async () => (await spansFound(live, someTenant, [earliest?.traceId ?? ""])).length > 0;
    assert.ok(await waitUntil(isFound, 4 * waitSeconds, 250), "nothing is kept");
    await load.advance(20);
    await load.stop();
    await live.kill("collector");
    const killedAt = Date.now();
    await live.run(running);
    await drained(live);

    const batches = load.accepted.filter(({ signal }) => signal === "traces");
    const found = await spansSearched(live, someTenant, since, load.service, batches);
    const { accepted, lost } = accountOf(recordsOf(batches), found);
    const oldestSeconds = oldestAge(lost, [killedAt]);
    say(`${accepted} spans accepted, ${lost.length} lost, the oldest of ${oldestSeconds.toFixed(1)} s`);
    say(`  the decision wait being ${waitSeconds} s`);
    assert.ok(lost.length > 0);
    assert.ok(lost.length < accepted);
    assert.ok(oldestSeconds <= 1.5 * waitSeconds);
  });
});

/** Enough of what is wrong to look for the rest. */
const first = ({ lost, foreign }: { lost: readonly unknown[]; foreign: readonly unknown[] }) => ({
  lost: lost.slice(0, 5),
  foreign: foreign.slice(0, 5),
});

const yearMilliseconds = 365 * 86_400_000;

interface Made {
  name: string;
  madeAt: number;
}

const recordsOf = (batches: readonly Accepted[]): Made[] =>
  batches.flatMap((batch) => namesOf(batch).map((name) => ({ name, madeAt: batch.madeAt })));

/** How long before the next of some ends the oldest was made, in seconds; fails when one was made after all of them. */
function oldestAge(lost: readonly Made[], ends: readonly number[]): number {
  const ages = lost.map(({ name, madeAt }) => {
    const end = ends.find((at) => at >= madeAt);
    assert.ok(end, `${name} is lost, and nothing was killed that had it in memory`);
    return (end - madeAt) / 1000;
  });
  return Math.max(0, ...ages);
}

/** How long Tempo keeps a trace in memory alone after its last span, as it is configured here. */
function liveWindowSeconds(live: Live): number {
  const file = join(live.commands.environment("dev").stackFolder, "live/tempo/tempo.yaml");
  const { ingester } = parse(readFileSync(file, "utf8")) as { ingester: Record<string, string> };
  return secondsOf(ingester["trace_idle_period"] ?? "") + secondsOf(ingester["flush_check_period"] ?? "");
}

const devSettings = parse(readFileSync(join(repository, "Pulumi.dev.yaml"), "utf8")) as {
  config: { "autoweave-observability:stack": object };
};
const withTailSampling = stackOf({
  ...devSettings.config["autoweave-observability:stack"],
  collector: { tailSampling: {} },
});

/** The Collector as a stack of other settings would deploy it. */
const configuredWith = (config: object, { prepare, ...program }: Program): Program => ({
  ...program,
  prepare: (context) => {
    const release = () => ({ alternateConfig: config });
    return prepare({ ...context, deployed: { release } as unknown as Deployed });
  },
});

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
