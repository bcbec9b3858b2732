import assert from "node:assert/strict";
import { AwsClients } from "../../../../local/providers/aws/clients.ts";
import { awsHandler } from "../../../../local/providers/aws/aws-type.ts";
import { awsProvider } from "../../../../local/providers/aws/index.ts";
import { bucketPolicy } from "../../../../local/providers/aws/s3/bucket-policy.ts";
import { bucket } from "../../../../local/providers/aws/s3/bucket.ts";
import { propertyPath } from "../../../../local/providers/changes.ts";
import type { AwsType } from "../../../../local/providers/aws/aws-type.ts";
import type { Properties } from "../../../../local/providers/values.ts";

const options = {
  endpoint: "http://127.0.0.1:1",
  region: "eu-central-1",
  accessKeyId: "a",
  secretAccessKey: "b",
};
const resource = { urn: "urn:pulumi:dev::p::t::n", type: "t", name: "Logs" };

const diff = async (type: AwsType, oldInputs: Properties, inputs: Properties) => {
  const handler = awsHandler(type, new AwsClients(options));
  const result = await handler.diff({ ...resource, id: "i", oldInputs, oldOutputs: oldInputs, inputs });
  const paths = (list: typeof result.changes) => list.map(({ path }) => propertyPath(path));
  return { changes: paths(result.changes), replaces: paths(result.replaces) };
};

describe("an AWS resource", () => {
  it("moves to another name or region by replacement, and changes its tags in place", async () => {
    const found = await diff(
      bucket,
      { bucket: "a", region: "eu-west-1", tags: { x: "1" } },
      { bucket: "b", region: "eu-west-2", tags: { x: "2" } },
    );
    assert.deepEqual(found, { changes: ["bucket", "region", "tags.x"], replaces: ["bucket", "region"] });
  });

  it("has no change in a policy that says the same in another order", async () => {
    const found = await diff(
      bucketPolicy,
      { bucket: "a", policy: '{"Version":"1","Statement":[]}' },
      { bucket: "a", policy: '{"Statement": [], "Version": "1"}' },
    );
    assert.deepEqual(found.changes, []);
  });

  it("refuses an input that would silently do nothing", () => {
    const check = awsHandler(bucket, new AwsClients(options)).check;
    assert.throws(() => check?.({ ...resource, old: {}, inputs: { acl: "private" } }), /does not know acl/);
  });

  it("keeps the name that it was given at first", async () => {
    const check = awsHandler(bucket, new AwsClients(options)).check;
    const first = await check?.({ ...resource, old: {}, inputs: {} });
    assert.match(String(first?.["bucket"]), /^logs-[0-9a-f]{8}$/);
    assert.deepEqual(await check?.({ ...resource, old: first ?? {}, inputs: {} }), first);
  });

  it("gets the same name again after a command that was killed before it wrote the name down", async () => {
    const check = awsHandler(bucket, new AwsClients(options)).check;
    const once = await check?.({ ...resource, old: {}, inputs: {} });
    assert.deepEqual(await check?.({ ...resource, old: {}, inputs: {} }), once);
  });

  it("of a type that has no handler is refused with the file to write", () => {
    const { provider } = awsProvider(options);
    assert.throws(
      () => provider.handler("aws:s3/bucketAcl:BucketAcl"),
      /aws:s3\/bucketAcl:BucketAcl.*local\/providers\/aws\/s3\/bucket-acl\.ts/,
    );
  });
});
