import assert from "node:assert/strict";
import fc from "fast-check";
import { accountOf } from "./account.ts";

describe("an account of records", () => {
  it("tells apart what is stored, lost, repeated and foreign, in any order", () => {
    const copies = fc.array(fc.nat({ max: 3 }), { maxLength: 50 });
    fc.assert(
      fc.property(copies, copies, fc.infiniteStream(fc.nat()), (ours, others, order) => {
        const accepted = ours.map((_, index) => ({ name: `ours-${index}` }));
        const named = (prefix: string, counts: number[]) =>
          counts.flatMap((count, index) => Array<string>(count).fill(`${prefix}-${index}`));
        const found = [...named("ours", ours), ...named("foreign", others)]
          .map((name) => ({ name, rank: order.next().value }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ name }) => name);
        const account = accountOf(accepted, found);
        const more = (counts: number[]) => counts.filter((count) => count > 0);
        assert.equal(account.accepted, ours.length);
        assert.equal(account.stored, more(ours).length);
        assert.equal(account.stored + account.lost.length, account.accepted);
        assert.deepEqual(
          account.lost.map(({ name }) => name),
          ours.flatMap((count, index) => (count === 0 ? [`ours-${index}`] : [])),
        );
        assert.equal(account.foreign.length, more(others).length);
        assert.equal(
          account.repeated,
          [...more(ours), ...more(others)].reduce((sum, count) => sum + count - 1, 0),
        );
      }),
    );
  });
});
