import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { repository } from "../folders.ts";
import { step } from "../progress.ts";
import { run } from "../run.ts";
import { ensureTools } from "../tools/build.ts";
import { apps } from "./synthetic/apps.ts";
import { blockSeconds, OpenMetricsWriter } from "./synthetic/openmetrics.ts";
import type { Buckets } from "./synthetic/process.ts";
import { stack } from "./synthetic/stack.ts";

export interface FixtureOptions {
  tenants: number;
  days: number;
  /** Between samples, in seconds; no more than 150, for rates are of five minutes. */
  everySeconds: number;
  buckets: Buckets;
}

interface Group {
  name: string;
  interval?: string;
  rules: { record?: string; expr: string; labels?: Record<string, string> }[];
}

/**
 * A Prometheus of its own, filled with made-up series of apps and of the stack, and with what the stack's recording rules
 * make of them.
 */
export class Fixture {
  readonly #folder: string;
  #prometheus: ChildProcess | undefined;
  url = "";
  /** In seconds since 1970. */
  readonly end: number;
  samples = 0;
  series = 0;
  rules = 0;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), "dashboards-"));
    const now = Math.floor(Date.now() / 1000);
    this.end = now - (now % 300);
  }

  async fill({ tenants: count, days, everySeconds, buckets }: FixtureOptions): Promise<void> {
    const { prometheus, promtool } = await ensureTools(["prometheus", "promtool"]);
    const data = join(this.#folder, "data");
    mkdirSync(data);
    const groups = await recordingGroups();
    const tenants = [...tenantsOf(groups), ...names, ...numbered(count)].slice(0, count);
    const series = [...apps({ tenants, end: this.end, buckets }), ...stack(tenants, this.end)];
    this.series = series.length;
    const begin = this.end - days * 86_400;
    await step(
      `Making up ${days} days of ${series.length} series, one sample in ${everySeconds} s`,
      async (detail) => {
        const writer = new OpenMetricsWriter(series, everySeconds);
        let importing: Promise<void> = Promise.resolve();
        for (
          let from = begin - (begin % blockSeconds), file = 0;
          from < this.end;
          from += blockSeconds, file += 1
        ) {
          const path = join(this.#folder, `${file}.om`);
          this.samples += await writer.write(
            path,
            Math.max(from, begin),
            Math.min(from + blockSeconds, this.end + 1),
          );
          await importing;
          importing = succeed(promtool, [
            "tsdb",
            "create-blocks-from",
            "openmetrics",
            "--quiet",
            path,
            data,
          ]).then(() => rmSync(path));
          detail(`${Math.round((100 * (from + blockSeconds - begin)) / (this.end - begin))} %`);
        }
        await importing;
      },
    );
    await this.#start(prometheus, data);
    const levels = inLevels(groups);
    this.rules = levels.flat().flatMap(({ rules }) => rules).length;
    await step(`Recording what ${this.rules} rules make of them`, async (detail) => {
      for (const [index, groups] of levels.entries()) {
        detail(`${index + 1} of ${levels.length}`);
        const file = join(this.#folder, "rules.yaml");
        writeFileSync(file, stringify({ groups }, { lineWidth: 0, aliasDuplicateObjects: false }));
        await succeed(promtool, [
          "tsdb",
          "create-blocks-from",
          `--max-block-duration=${longestBlock}`,
          "rules",
          `--eval-interval=${everySeconds}s`,
          `--url=${this.url}`,
          `--start=${begin}`,
          `--end=${this.end}`,
          `--output-dir=${data}`,
          file,
        ]);
        await this.#stop();
        await this.#start(prometheus, data);
      }
    });
  }

  async #start(prometheus: string, data: string): Promise<void> {
    const config = join(this.#folder, "prometheus.yaml");
    writeFileSync(config, "{}\n");
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    this.#prometheus = spawn(
      prometheus,
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${data}`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--storage.tsdb.retention.time=400d",
        "--query.max-concurrency=6",
        "--log.level=error",
      ],
      { stdio: "ignore" },
    );
    await ready(`${this.url}/-/ready`);
  }

  async #stop(): Promise<void> {
    const prometheus = this.#prometheus;
    if (!prometheus || prometheus.exitCode !== null) return;
    const ended = new Promise((done) => prometheus.once("exit", done));
    prometheus.kill();
    await ended;
  }

  async remove(): Promise<void> {
    await this.#stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** So that promtool evaluates a rule over days at once, and not over two hours at a time. */
const longestBlock = "162h";

const names = ["acme", "globex", "initech", "umbrella", "hooli", "wonka"];

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `tenant-${index + 1}`);

/** Those that the stack has limits for. */
const tenantsOf = (groups: readonly Group[]) => [
  ...new Set(groups.flatMap(({ rules }) => rules.flatMap(({ labels }) => labels?.["tenant_id"] ?? []))),
];

/** The recording rules that the stack has in production. */
async function recordingGroups(): Promise<Group[]> {
  const script = join(repository, "infra/commands/rules.ts");
  const printed = await succeed(process.execPath, [script, "--stack", "prod"]);
  const { groups } = parse(printed) as { groups: Group[] };
  return groups
    .map(({ rules, ...group }) => ({ ...group, rules: rules.filter(({ record }) => record) }))
    .filter(({ rules }) => rules.length > 0);
}

/** Rules, so that each level reads what those before it have recorded: promtool does not see what it writes. */
export function inLevels(groups: readonly Group[]): Group[][] {
  const recorded = new Set(groups.flatMap(({ rules }) => rules.map(({ record = "" }) => record)));
  const reads = ({ expr }: { expr: string }) =>
    (expr.match(/[a-z0-9_]+(:[a-z0-9_]+)+/g) ?? []).filter((name) => recorded.has(name));
  const waiting = groups.flatMap(({ rules, ...group }) => rules.map((rule) => ({ group, rule })));
  const levels: Group[][] = [];
  while (waiting.length > 0) {
    const missing = new Set(waiting.map(({ rule }) => rule.record));
    const next = waiting.filter(({ rule }) => reads(rule).every((name) => !missing.has(name)));
    if (next.length === 0) throw new Error(`Recording rules read each other: ${[...missing].join(", ")}`);
    for (const each of next) waiting.splice(waiting.indexOf(each), 1);
    levels.push(
      Object.values(Object.groupBy(next, ({ group }) => group.name)).map((some = []) => ({
        ...(some[0]?.group as Group),
        rules: some.map(({ rule }) => rule),
      })),
    );
  }
  return levels;
}

async function succeed(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${stderr || stdout}`);
  return stdout;
}

const freePort = () =>
  new Promise<number>((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => found(port));
    });
  });

async function ready(url: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await new Promise((again) => setTimeout(again, 100));
  }
  throw new Error(`Prometheus does not answer at ${url}.`);
}
