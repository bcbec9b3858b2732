import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { catalog } from "../../local/tools/catalog.ts";

interface Job {
  if?: string;
  needs?: string | string[];
  environment?: string;
  permissions?: Record<string, string>;
  concurrency?: { group: string; "cancel-in-progress": boolean };
}
interface Workflow {
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const folder = join(import.meta.dirname, "../../.github");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".yml"),
);
const textOf = (file: string) => readFileSync(join(folder, file), "utf8");
const workflow = (name: string): Workflow => parse(textOf(`workflows/${name}.yml`));
const job = (name: string, key: string): Job => {
  const found = workflow(name).jobs[key];
  assert.ok(found, `${name}.yml has no job ${key}`);
  return found;
};

describe("the workflows", () => {
  it("pin every action of others to a commit", () => {
    for (const file of files) {
      for (const [, action] of textOf(file).matchAll(/uses: (\S+)/g)) {
        assert.match(action ?? "", /^\.\/|@[0-9a-f]{40}$/, file);
      }
    }
  });

  it("hold no stored key: nothing reads the repository's secrets", () => {
    for (const file of files) assert.doesNotMatch(textOf(file), /\bsecrets\.|aws-access-key-id/, file);
  });

  it("grant a job what it says itself and nothing else", () => {
    for (const name of ["pull-request", "deploy"]) {
      assert.deepEqual(workflow(name).permissions, {});
      for (const [key, { permissions }] of Object.entries(workflow(name).jobs)) {
        assert.ok(permissions, `${name}.yml ${key}`);
        assert.notEqual(permissions.contents, "write");
      }
    }
  });

  it("give code from forks no credentials, and say so", () => {
    assert.match(job("pull-request", "preview").if ?? "", /head\.repo\.full_name == github\.repository/);
    assert.match(job("pull-request", "no-preview").if ?? "", /head\.repo\.full_name != github\.repository/);
    for (const [key, { permissions }] of Object.entries(workflow("pull-request").jobs)) {
      if (key !== "preview") assert.equal(permissions?.["id-token"], undefined, key);
    }
    assert.doesNotMatch(textOf("workflows/pull-request.yml"), /pull_request_target/);
  });

  it("deploy prod only after dev, behind the approval of its environment, and never two updates of a stack at once", () => {
    assert.deepEqual(job("deploy", "prod").needs, "preview-prod");
    assert.deepEqual(job("deploy", "preview-prod").needs, "dev");
    for (const stack of ["dev", "prod"]) {
      const { environment, concurrency } = job("deploy", stack);
      assert.equal(environment, stack);
      assert.deepEqual(concurrency, { group: `stack-${stack}`, "cancel-in-progress": false });
    }
  });

  it("offer the newest commit for approval, and stop previewing an older one", () => {
    assert.deepEqual(job("deploy", "preview-prod").concurrency, {
      group: "preview-prod",
      "cancel-in-progress": true,
    });
  });

  it("run the Pulumi CLI that the tests run", () => {
    const text = textOf("actions/stack-access/action.yml");
    assert.equal(/pulumi-version: (\S+)/.exec(text)?.[1], catalog.pulumi.version);
  });
});
