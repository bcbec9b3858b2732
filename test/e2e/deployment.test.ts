import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ApiServer } from "../../local/api-server.ts";
import type { Environment } from "../../local/environment.ts";
import { repository } from "../../local/folders.ts";
import { waitUntil } from "../../local/processes.ts";
import { inventory, missingFrom } from "../bench/support/inventory.ts";
import { Commands, startQuietly } from "../support/commands.ts";

const minutes = 60_000;
const namespace = "autoweave-observability";
/** `npm start` of a stack whose every resource is as it should be. */
const nothingChanged = (stack: string) => new RegExp(`^${stack} is deployed: \\d+ unchanged, in`, "m");

interface Secret {
  data?: Record<string, string>;
}
interface Event {
  involvedObject: { kind: string; name: string };
  message: string;
}
interface Export {
  deployment: { resources?: { type: string }[] };
}

async function listOf<T>({ controlPlane }: Environment, path: string): Promise<T[]> {
  const api = new ApiServer(controlPlane.kubeconfig);
  return api.list<T>(path).finally(() => api.close());
}

/** The passwords, keys and tokens that the cluster holds for the stack. */
async function secretsOf(environment: Environment): Promise<string[]> {
  const secrets = await listOf<Secret>(environment, `/api/v1/namespaces/${namespace}/secrets`);
  return secrets.flatMap(({ data = {} }) =>
    ["password", "token", "key"].flatMap((key) =>
      data[key] ? [Buffer.from(data[key], "base64").toString()] : [],
    ),
  );
}

/** The inventory of a cluster that has just started, with what its controllers give every namespace. */
async function pristineInventory(environment: Environment): Promise<Set<string>> {
  let found = new Set<string>();
  const isComplete = async () => {
    found = await inventory(environment);
    const namespaces = [...found].flatMap((entry) => /^namespaces \/(.+)/.exec(entry)?.[1] ?? []);
    return namespaces.every(
      (name) =>
        found.has(`serviceaccounts ${name}/default`) && found.has(`configmaps ${name}/kube-root-ca.crt`),
    );
  };
  assert.ok(await waitUntil(isComplete, 60, 200), "the controllers give every namespace its account");
  return found;
}

/** Pods that controllers could not create: against Pod Security, a quota or a limit. */
async function refusedPods(environment: Environment): Promise<string[]> {
  const events = await listOf<Event>(environment, "/api/v1/events?fieldSelector=reason%3DFailedCreate");
  return events.map(({ involvedObject: { kind, name }, message }) => `${kind} ${name}: ${message}`);
}

/** The kinds of a stack's resources. */
async function typesOf(commands: Commands, stack: string): Promise<string[]> {
  const { stdout } = await commands.run("pulumi", "stack", "export", "--stack", stack);
  return ((JSON.parse(stdout) as Export).deployment.resources ?? []).map(({ type }) => type);
}

const customResources = [
  "cert-manager.io/v1:Certificate",
  "monitoring.coreos.com/v1:Alertmanager",
  "monitoring.coreos.com/v1:PodMonitor",
  "monitoring.coreos.com/v1:Prometheus",
  "monitoring.coreos.com/v1:PrometheusRule",
  "postgresql.cnpg.io/v1:Cluster",
].map((kind) => `kubernetes:${kind}`);

describe("the commands deploy dev, and", function () {
  this.timeout(5 * minutes);
  const commands = new Commands();
  const environment = commands.environment("dev");
  const settings = join(repository, "Pulumi.dev.yaml");
  const settingsAsReviewed = readFileSync(settings, "utf8");
  const adminPassword = "Kfj29-sLq0-82nPzX";
  let pristine: Set<string>;

  const set = (...args: string[]) =>
    commands.succeed("pulumi", "config", "set", "--stack", "dev", "--path", ...args);
  const unset = (key: string) => commands.succeed("pulumi", "config", "rm", "--stack", "dev", "--path", key);

  before(async () => {
    await startQuietly(environment);
    pristine = await pristineInventory(environment);
  });
  after(() => commands.end());

  it("refuse wrong settings, all at once and with their repair, before any resource is registered", async () => {
    await set("stack.grafana.adminPassword", "in-plain-text");
    await set("stack.grafana.colour", "blue");
    const said = await commands.fail("start", "--no-live");
    assert.match(said, /stack\.grafana\.adminPassword: is a secret in plain text/);
    assert.match(said, /config set --path 'stack\.grafana\.adminPassword' --secret/);
    assert.match(said, /stack\.grafana\.colour: is not a setting/);
    assert.match(said, /config rm --path 'stack\.grafana\.colour'/);
    assert.doesNotMatch(said, /^\s+at .*\.ts:\d+/m, "a user is spared the stack trace");
    assert.deepEqual(await typesOf(commands, "dev"), ["pulumi:pulumi:Stack"]);
  });

  it("record the releases whose charts' repositories do not answer, and say how to install them", async () => {
    await unset("stack.grafana.colour");
    await set("stack.grafana.adminPassword", "--secret", adminPassword);
    const said = await commands.succeed("start", "--no-live");
    assert.match(said, /^dev is deployed: \d+ created/m);
    assert.match(
      said,
      /0 Helm releases installed, \d+ recorded \(.*HELM_CHARTS_DIR names a folder of charts\)/,
    );
  });

  it("have every custom resource of dev's settings admitted strictly against its CRD, and every pod", async () => {
    const types = new Set(await typesOf(commands, "dev"));
    assert.deepEqual(
      customResources.filter((type) => !types.has(type)),
      [],
    );
    assert.deepEqual(commands.findings(), []);
    assert.deepEqual(await refusedPods(environment), []);
  });

  it("tell with status --json where all is, and keep the tenants' tokens in files for their owner only", async () => {
    const { stdout } = await commands.run("status", "--json");
    const { endpoints, tenants, ...rest } = JSON.parse(stdout) as {
      endpoints: Record<string, string>;
      tenants: { id: string; tier: string; tokenFile: string }[];
    };
    assert.deepEqual(rest, { stack: "dev", namespace, kubeconfig: environment.controlPlane.kubeconfig });
    const names = ["aws", "grafana", "kubernetes", "loki", "otlp", "prometheus", "tempo"];
    assert.deepEqual(Object.keys(endpoints).sort(), names);
    assert.deepEqual(
      Object.values(endpoints).filter((url) => !URL.canParse(url)),
      [],
    );
    assert.deepEqual(
      tenants.map(({ id, tier }) => ({ id, tier })),
      [
        { id: "acme", tier: "standard" },
        { id: "dev-tenant", tier: "standard" },
        { id: "globex", tier: "premium" },
      ],
    );
    const secrets = await secretsOf(environment);
    for (const { tokenFile } of tenants) {
      assert.equal(statSync(tokenFile).mode & 0o777, 0o600);
      assert.ok(secrets.includes(readFileSync(tokenFile, "utf8")), "the token is the cluster's");
    }
  });

  it("keep no generated and no given secret in clear, neither in the exported state nor beside it", async () => {
    const secrets = await secretsOf(environment);
    assert.ok(secrets.includes(adminPassword));
    assert.ok(secrets.length >= 5, "Grafana's, PostgreSQL's, Redis' and the tenants' are among them");
    const { stdout } = await commands.run("pulumi", "stack", "export", "--stack", "dev");
    const written = ["state", "project", "pulumi", "releases"].flatMap((part) =>
      filesIn(join(commands.folder, part)),
    );
    const leaks = [{ path: "stack export", text: stdout }, ...written].flatMap(({ path, text }) =>
      secrets.some((secret) => text.includes(secret) || text.includes(btoa(secret))) ? [path] : [],
    );
    assert.deepEqual(leaks, []);
  });

  it("change nothing when there is nothing to change", async () => {
    assert.match(await commands.succeed("start", "--no-live"), nothingChanged("dev"));
  });

  it("preview exactly what a changed setting changes, and write nothing to the repository's settings", async () => {
    await set("stack.loki.retentionHours", "96");
    const { stdout } = await commands.run("preview", "dev");
    const resources = stdout.split("\n").filter((line) => /^[~+±=-] /.test(line));
    assert.deepEqual(resources, [
      "~ helm.sh/v3:Release loki",
      "~ s3:BucketLifecycleConfiguration storage-logs-lifecycle",
    ]);
    assert.match(stdout, /limits_config\.retention_period: 72h → 96h/);
    assert.match(stdout, /^2 to change$/m);
    assert.equal(readFileSync(settings, "utf8"), settingsAsReviewed);
  });

  it("update what the preview named, and nothing else", async () => {
    assert.match(
      await commands.succeed("start", "--no-live"),
      /^dev is deployed: 2 updated, \d+ unchanged, in/m,
    );
  });

  it("come back after a stop to the same stack, in the cluster and in the cloud", async () => {
    await commands.succeed("stop");
    assert.ok(!environment.isRunning());
    assert.match(await commands.succeed("start", "--no-live"), nothingChanged("dev"));
    await commands.succeed(
      "pulumi",
      ...["refresh", "--stack", "dev", "--yes", "--skip-preview", "--expect-no-changes"],
    );
  });

  it("leave no object and no bucket of it when it is destroyed", async () => {
    await commands.succeed("destroy", "dev");
    assert.deepEqual(missingFrom(pristine, await inventory(environment)), []);
    assert.deepEqual(await typesOf(commands, "dev"), []);
  });

  it("meet no refusal and no warning of the API server from the first update to the last", () => {
    assert.deepEqual(commands.findings(), []);
  });
});

describe("the commands deploy prod, and", function () {
  this.timeout(5 * minutes);
  const commands = new Commands();
  const environment = commands.environment("prod");
  let pristine: Set<string>;

  before(async () => {
    await startQuietly(environment);
    pristine = await pristineInventory(environment);
    await commands.succeed("start", "--no-live", "--stack", "prod");
  });
  after(() => commands.end());

  it("have every custom resource of prod's settings admitted strictly against its CRD, and every pod", async () => {
    const types = new Set(await typesOf(commands, "prod"));
    assert.deepEqual(
      customResources.filter((type) => !types.has(type)),
      [],
    );
    assert.deepEqual(commands.findings(), []);
    assert.deepEqual(await refusedPods(environment), []);
  });

  it("refuse to destroy protected data, and delete nothing", async () => {
    const deployed = await inventory(environment);
    const said = await commands.fail("destroy", "prod");
    assert.match(said, /protected resources.*nothing was deleted/);
    assert.match(said, /state unprotect --all --yes --stack prod/);
    assert.deepEqual(missingFrom(await inventory(environment), deployed), []);
  });

  it("destroy it once it is unprotected but for its buckets and keys, without a refusal or a warning", async () => {
    const data = dataIn(await inventory(environment));
    assert.equal(data.filter((entry) => entry.startsWith("bucket ")).length, 10);
    assert.equal(data.filter((entry) => entry.startsWith("key ")).length, 2);
    await commands.succeed("pulumi", "state", "unprotect", "--all", "--yes", "--stack", "prod");
    await commands.succeed("destroy", "prod");
    assert.deepEqual(missingFrom(pristine, await inventory(environment)), data);
    assert.deepEqual(await typesOf(commands, "prod"), []);
    assert.deepEqual(commands.findings(), []);
  });
});

describe("the commands install the charts themselves, and", function () {
  this.timeout(10 * minutes);
  const chartsDir = process.env["HELM_CHARTS_DIR"];

  for (const stack of ["dev", "prod"]) {
    it(`find nothing of ${stack} that the API server refuses, nothing to change, and nothing left but protected data when it is destroyed`, async function () {
      if (!chartsDir) {
        console.log("      skipped: HELM_CHARTS_DIR names no folder of charts (<chart>/Chart.yaml)");
        this.skip();
      }
      const commands = new Commands(chartsDir);
      try {
        const environment = commands.environment(stack);
        await startQuietly(environment);
        const pristine = await pristineInventory(environment);
        const said = await commands.succeed("start", "--no-live", "--stack", stack);
        assert.match(said, /[1-9]\d* Helm releases installed, 0 recorded/);
        assert.deepEqual(await refusedPods(environment), []);
        assert.match(await commands.succeed("start", "--no-live", "--stack", stack), nothingChanged(stack));
        const kept = stack === "prod" ? dataIn(await inventory(environment)) : [];
        await commands.succeed("pulumi", "state", "unprotect", "--all", "--yes", "--stack", stack);
        await commands.succeed("destroy", stack);
        assert.deepEqual(missingFrom(pristine, await inventory(environment)), kept);
        assert.deepEqual(commands.findings(), []);
      } finally {
        await commands.end();
      }
    });
  }
});

/** What `protect` keeps when the stack is destroyed. */
const dataIn = (entries: Set<string>) => [...entries].filter((entry) => /^(bucket|key) /.test(entry)).sort();

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
