import assert from "node:assert/strict";
import { type Live, sharedLive } from "../../support/live.ts";

const program = "redis-exporter";
const complaint = /(\S+) does not run any more[.] Its log: (\S+)/g;

describe("a program of the live stack that has ended", function () {
  this.timeout(600_000);
  let live: Live;
  before(async () => (live = await sharedLive()));

  it("is named by `npm run status` with its log, it alone, until `npm start` has started it again", async () => {
    await live.kill(program);
    const [[, name, log = ""] = [], ...others] = (await live.commands.succeed("status")).matchAll(complaint);
    assert.equal(name, program);
    assert.match(log, /redis-exporter[.]log$/);
    assert.deepEqual(others, []);
    await live.commands.succeed("start");
    assert.doesNotMatch(await live.commands.succeed("status"), complaint);
    assert.ok((await fetch(`${live.direct("redis-exporter-http")}/health`)).ok);
  });
});
