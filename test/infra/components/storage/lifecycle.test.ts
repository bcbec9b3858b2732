import assert from "node:assert/strict";
import { keepingOf, lifecycleRules } from "../../../../infra/components/storage/lifecycle.ts";
import { production, stackOf } from "../../../support/stacks.ts";

function keeping(storage: object = {}) {
  const stack = stackOf({ ...production, storage: { ...production.storage, ...storage } });
  assert.ok(stack.storage.kind === "aws");
  return keepingOf({ ...stack, storage: stack.storage });
}

describe("the lifecycle of a bucket", () => {
  it("expires a tenant's logs a week after Loki should have, by that tenant's own retention", () => {
    assert.deepEqual(keeping().logs.expire, [
      { prefix: "prod-tenant/", days: 14 },
      { prefix: "premium-tenant/", days: 21 },
    ]);
  });

  it("expires traces a week after Tempo should have", () => {
    assert.deepEqual(
      keeping().traces.expire.map(({ days }) => days),
      [14, 14],
    );
  });

  it("never expires what lies outside the tenants' folders: index, delete requests, cluster seed", () => {
    for (const bucket of [keeping().logs, keeping().traces]) {
      const aged = lifecycleRules(bucket).filter(({ expiration }) => "days" in expiration);
      for (const key of [
        "index/index_20000/1-loki.tsdb.gz",
        "index/delete_requests/d.gz",
        "loki_cluster_seed.json",
      ]) {
        assert.ok(!aged.some(({ filter }) => key.startsWith(filter.prefix)), key);
      }
    }
  });

  it("keeps locked objects longer than their lock", () => {
    for (const lockDays of [1, 365, 3650]) {
      const { audit, backups } = keeping({ auditLockDays: lockDays, backupLockDays: lockDays });
      for (const bucket of [audit, backups]) {
        assert.equal(bucket.lockDays, lockDays);
        for (const { days } of bucket.expire) assert.ok(days > lockDays);
      }
    }
  });

  it("keeps backups longer than the database's window of recovery", () => {
    assert.deepEqual(keeping().backups.expire, [{ prefix: "", days: 60 }]);
  });

  it("removes superseded versions after a week and unfinished uploads after a day, in every bucket", () => {
    for (const bucket of Object.values(keeping())) {
      assert.deepEqual(lifecycleRules(bucket).at(-1), {
        id: "tidy",
        status: "Enabled",
        filter: { prefix: "" },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        noncurrentVersionExpiration: { noncurrentDays: 7 },
        expiration: { expiredObjectDeleteMarker: true },
      });
    }
  });
});
