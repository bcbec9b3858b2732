import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dataAtRisk, parseDigest, renderMarkdown, renderText } from "../../../infra/preview/render.ts";
import type { PreviewDigest, Properties } from "../../../infra/preview/digest.ts";

/** What Pulumi printed for a small stack with one change of each kind. */
const recorded = parseDigest(readFileSync(new URL("digest.json", import.meta.url), "utf8"));

const urn = (type: string, name: string) => `urn:pulumi:dev::project::${type}::${name}`;
const update = (type: string, old: Properties, now: Properties, extra: object = {}): PreviewDigest => ({
  steps: [
    {
      op: "update",
      urn: urn(type, "it"),
      oldState: { type, custom: true, inputs: old },
      newState: { type, custom: true, inputs: now },
      ...extra,
    },
  ],
});
const escape = "\u001b";
const configMap = "kubernetes:core/v1:ConfigMap";

describe("a rendered preview", () => {
  it("shows replacements and deletions before anything else", () => {
    const text = renderText(recorded);
    const order = ["Replaced", "Deleted", "Changed", "New"].map((heading) => text.indexOf(`\n${heading}`));
    assert.deepEqual(
      order.toSorted((a, b) => a - b),
      order,
    );
    assert.ok(order.every((index) => index > 0));
  });

  it("warns of each resource whose data may be lost", () => {
    assert.deepEqual(
      dataAtRisk(recorded).map(({ action, type, name }) => `${action} ${type} ${name}`),
      ["replace s3:Bucket logs", "delete apps/v1:StatefulSet sts", "delete s3:Bucket gone"],
    );
    assert.match(renderText(recorded), /WARNING: 3 resources that hold data are replaced or deleted/);
    assert.match(renderMarkdown(recorded, { stack: "dev" }), /^> \[!CAUTION\]$/m);
  });

  it("names the property that forces a replacement", () => {
    assert.match(
      renderText(recorded),
      /bucket: autoweave-logs → autoweave-logs-2 {2}\(forces the replacement\)/,
    );
  });

  it("counts what happens by kind", () => {
    assert.match(renderText(recorded), /\n1 to replace, 2 to delete, 5 to change, 1 to create\n$/);
  });

  it("shows the lines of an embedded text that changed, not the text", () => {
    const text = renderText(recorded);
    assert.match(text, /\n- +key30: 100\n\+ +key30: 200\n/);
    assert.doesNotMatch(text, /key25/);
  });

  it("says that a secret changed, and never what it is", () => {
    assert.match(renderText(recorded), /data\.password: \[secret\] → \[secret\]/);
  });

  it("masks a Secret's data that nobody marked as secret", () => {
    const digest = update(
      "kubernetes:core/v1:Secret",
      { data: { password: "b2xk" }, stringData: { token: "old-token" } },
      { data: { password: "bmV3", added: "eA==" }, stringData: { token: "new-token" } },
      { detailedDiff: { "data.password": { kind: "update", inputDiff: true } } },
    );
    const text = renderText(digest) + renderMarkdown(digest, { stack: "dev" });
    assert.match(text, /data\.password: \[secret\] → \[secret\]/);
    assert.match(text, /data\.added: \[secret\]/);
    assert.doesNotMatch(text, /b2xk|bmV3|eA==|-token/);
  });

  it("has no row for what stays as it is, for components and for plugin versions", () => {
    const provider = update("pulumi:providers:aws", { version: "7.1.0" }, { version: "7.2.0" }).steps ?? [];
    const component = {
      op: "create",
      urn: urn("autoweave:infra:Logs", "logs"),
      newState: { type: "autoweave:infra:Logs", custom: false },
    };
    const same = { ...update(configMap, {}, {}).steps?.[0], op: "same", urn: urn(configMap, "same") };
    assert.equal(renderText({ steps: [...provider, component, same] }), "no changes\n");
  });

  it("leaves out internals of providers", () => {
    const text = renderText(update(configMap, { __defaults: [], a: 1 }, { __defaults: ["x"], a: 2 }));
    assert.match(text, /a: 1 → 2/);
    assert.doesNotMatch(text, /__/);
  });

  it("names a list's item by its name, wherever it stands", () => {
    const items = (image: string) => [
      { name: "sidecar", image: "s" },
      { name: "app", image },
    ];
    const digest = update(configMap, { spec: items("a:1") }, { spec: [{ name: "new" }, ...items("a:2")] });
    assert.match(renderText(digest), /spec\[app\]\.image: a:1 → a:2/);
    assert.doesNotMatch(renderText(digest), /sidecar/);
  });

  it("looks into JSON documents such as bucket policies", () => {
    const policy = (effect: string) => ({
      policy: JSON.stringify({ Statement: [{ Sid: "x", Effect: effect }] }),
    });
    const text = renderText(update("aws:s3/bucketPolicy:BucketPolicy", policy("Deny"), policy("Allow")));
    assert.match(text, /policy\.Statement\[0\]\.Effect: Deny → Allow/);
  });

  it("cuts a long value to where it differs", () => {
    const long = (middle: string) => ({ value: `${"a".repeat(300)}${middle}${"b".repeat(300)}` });
    const text = renderText(update(configMap, long("1"), long("2")));
    assert.match(text, /value: …a{20}1b{20}… → …a{20}2b{20}…/);
  });

  it("shows drift of the live object that the inputs cannot tell of", () => {
    const digest = update("aws:s3/bucket:Bucket", { bucket: "b" }, { bucket: "b" });
    const [step] = digest.steps ?? [];
    assert.ok(step?.oldState);
    step.oldState.outputs = { bucket: "b", acl: "public-read" };
    step.detailedDiff = { acl: { kind: "delete", inputDiff: false } };
    assert.match(renderText(digest), /acl: public-read/);
  });

  it("of a failed run ends with the errors, in plain characters, and a comment begins with them", () => {
    const digest: PreviewDigest = {
      diagnostics: [
        {
          severity: "error",
          urn: urn(configMap, "it"),
          message: "error: \u001b[31mthe API server says no\u001b[0m\n",
        },
        { severity: "error", message: "error: preview failed\n" },
      ],
    };
    assert.equal(
      renderText(digest),
      "- error: it: the API server says no\n\nfailed (up to there: no changes)\n",
    );
    assert.match(renderMarkdown(digest, { stack: "dev" }), /### Preview of `dev`: failed/);
  });

  it("is colourless unless colour is asked for", () => {
    assert.ok(!renderText(recorded).includes(escape));
    assert.ok(renderText(recorded, { color: true }).includes(`${escape}[31m± s3:Bucket logs`));
  });
});

describe("a preview as a comment", () => {
  it("begins with the hidden marker by which it is found again", () => {
    assert.match(renderMarkdown(recorded, { stack: "prod" }), /^<!-- pulumi-preview: prod -->\n/);
  });

  it("cannot be broken out of by a value", () => {
    const markdown = renderMarkdown(update(configMap, { a: "```\n@everyone" }, { a: "x\n````\n" }), {
      stack: "dev",
    });
    assert.match(markdown, /`{5}diff\n[^]*`{5}/);
  });

  it("stays within the length that GitHub takes, and says what it left out", () => {
    const steps = Array.from({ length: 2000 }, (_, i) => ({
      ...update(configMap, { a: "b\nc" }, { a: `b\n${i}` }).steps?.[0],
      op: "update",
      urn: urn(configMap, `map-${i}`),
    }));
    const markdown = renderMarkdown({ steps }, { stack: "dev" });
    assert.ok(markdown.length <= 65_536, `${markdown.length} characters`);
    assert.ok(markdown.length > 60_000, `${markdown.length} characters`);
    assert.match(markdown, /\d+ without their properties, \d+ more not listed/);
  });

  it("keeps the name of a resource whose properties are too long to show", () => {
    const lines = Array.from({ length: 50 }, (_, i) => `${i} ${"x".repeat(2000)}`).join("\n");
    const markdown = renderMarkdown(update(configMap, { a: "" }, { a: lines }), { stack: "dev" });
    assert.match(markdown, /- `core\/v1:ConfigMap` `it`\n/);
    assert.match(markdown, /1 without their properties, 0 more not listed/);
  });
});

describe("the reader of previews", () => {
  it("refuses what is no preview and says where to look", () => {
    for (const text of ["", "error: no stack", "[]", "{}"]) {
      assert.throws(() => parseDigest(text), /not the output of `pulumi preview --json`.*standard error/);
    }
  });
});
