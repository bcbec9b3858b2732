import assert from "node:assert/strict";
import { fromApi, toApi } from "../../../../local/providers/aws/shape.ts";

describe("a setting in the AWS API's spelling", () => {
  const rules = [
    {
      id: "chunks",
      filter: { and: { prefix: "x/", tags: { a: "b" } } },
      applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "k" },
      encryptionConfiguration: { replicaKmsKeyId: "r" },
    },
  ];

  it("differs in the first letter, in acronyms and in tags", () => {
    assert.deepEqual(toApi(rules), [
      {
        ID: "chunks",
        Filter: { And: { Prefix: "x/", Tags: [{ Key: "a", Value: "b" }] } },
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: "k" },
        EncryptionConfiguration: { ReplicaKmsKeyID: "r" },
      },
    ]);
  });

  it("comes back as the program wrote it", () => {
    assert.deepEqual(fromApi(toApi(rules)), rules);
  });
});
