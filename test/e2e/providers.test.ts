import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parse } from "yaml";
import { Environment } from "../../local/environment.ts";
import { startProviders } from "../../local/providers/index.ts";
import type { Properties } from "../../local/providers/values.ts";
import { ensureTools } from "../../local/tools/build.ts";

const root = join(import.meta.dirname, "../..");
const secret = "opensesame-opensesame";

const widgetCrd = parse(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.test.example }
spec:
  group: test.example
  names: { kind: Widget, plural: widgets, singular: widget, listKind: WidgetList }
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: { spec: { type: object, properties: { token: { type: string } } } }
`) as Properties;

describe("the providers of the embedded environment", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "providers-test-"));
  const environment = new Environment("trial", join(folder, "environment"));
  let providers: Awaited<ReturnType<typeof startProviders>>;
  let pulumi: (...args: string[]) => Promise<{ code: number; output: string }>;

  before(async () => {
    const tools = await ensureTools(["pulumi", "pulumi-language-nodejs"]);
    await environment.start();
    providers = await startProviders({
      kubeconfig: environment.controlPlane.kubeconfig,
      aws: environment.aws,
      helm: () => Promise.reject(new Error("No chart of this test can be had.")),
      releasesDir: join(folder, "releases/values"),
      crds: (chart) => Promise.resolve(chart === "widgets" ? [widgetCrd] : []),
    });
    const project = join(folder, "project");
    cpSync(join(root, "test/support/provider-program"), project, { recursive: true });
    symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
    const runtime = "{ name: nodejs, options: { typescript: false } }";
    writeFileSync(
      join(project, "Pulumi.yaml"),
      `name: providers-test\nmain: index.ts\nruntime: ${runtime}\n`,
    );
    mkdirSync(join(folder, "state"));
    const path = [...Object.values(tools).map(dirname), dirname(process.execPath), process.env["PATH"]];
    const env = {
      ...process.env,
      PATH: path.join(delimiter),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DEBUG_PROVIDERS: providers.debugProviders,
    };
    pulumi = (...args) =>
      new Promise((resolve) => {
        const options = { cwd: project, env, maxBuffer: 64 * 1024 * 1024 };
        execFile(tools.pulumi, [...args, "--non-interactive"], options, (error, stdout, stderr) => {
          resolve({ code: error ? 1 : 0, output: `${stdout}${stderr}` });
        });
      });
    await succeed("stack", "init", "test");
    await succeed("config", "set", "--secret", "password", secret);
  });

  after(async () => {
    await providers?.close();
    await environment.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const succeed = async (...args: string[]): Promise<string> => {
    const { code, output } = await pulumi(...args);
    assert.equal(code, 0, output);
    return output;
  };
  const up = (...args: string[]) => succeed("up", "--yes", "--skip-preview", "--diff", ...args);

  it("create everything, a recorded release's kinds included", async () => {
    assert.match(await up(), /\+ \d+ created/);
  });

  it("find nothing to change when nothing has changed, neither in the program nor in the cluster", async () => {
    await succeed("up", "--yes", "--skip-preview", "--expect-no-changes");
    await succeed("refresh", "--yes", "--skip-preview", "--expect-no-changes");
  });

  it("keep every secret encrypted in the state", async () => {
    const state = await succeed("stack", "export");
    assert.ok(!state.includes(secret));
    assert.ok(!state.includes(Buffer.from(secret).toString("base64")));
  });

  it("show in a preview what the API server would refuse", async () => {
    const { code, output } = await pulumi("preview", "-c", "misspelt=true");
    await succeed("config", "rm", "misspelt");
    assert.equal(code, 1);
    assert.match(output, /Deployment room\/web: .*imagePullPolice: field not declared in schema/);
  });

  it("change in place what can be, and replace what is immutable", async () => {
    const output = await up("-c", "color=red");
    assert.match(output, /~ 2 updated/);
    assert.match(output, /\+-1 replaced/);
  });

  it("leave nothing behind when all is destroyed", async () => {
    await succeed("destroy", "--yes", "--skip-preview");
    const state = JSON.parse(await succeed("stack", "export")) as { deployment: { resources?: unknown[] } };
    assert.deepEqual(state.deployment.resources ?? [], []);
  });
});
