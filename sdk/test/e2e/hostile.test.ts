import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObservabilityOptions } from "../../src/index.ts";
import {
  accept,
  answerHtml,
  Backend,
  type Behaviour,
  breakOff,
  hang,
  readSlowly,
  refuse,
  refuseAbove,
  reset,
} from "../support/backend.ts";
import { Shop } from "../support/shop.ts";
import { stderrOf } from "../support/stderr.ts";

interface Mood {
  begin(backend: Backend, folder: string): Promise<void> | void;
  /** Default: the backend accepts again. */
  end?(backend: Backend, folder: string): Promise<void> | void;
  options?(folder: string): ObservabilityOptions;
  /** The reason that the failures are counted by; absent where nothing fails. */
  reason?: string;
}

const always = (behaviour: Behaviour, reason?: string, options: ObservabilityOptions = {}): Mood => ({
  begin: (backend) => backend.behave(behaviour),
  options: () => options,
  ...(reason ? { reason } : {}),
});

/** One after the other, for ever. */
const inTurn = (...behaviours: Behaviour[]): Behaviour => {
  let turn = 0;
  return {
    answer: (request, response) =>
      (behaviours[turn++ % behaviours.length] as Behaviour).answer(request, response),
  };
};

const tokenFile = (folder: string) => join(folder, "token");

const moods: Readonly<Record<string, Mood>> = {
  "refuses connections": {
    begin: (backend) => backend.refuseConnections(),
    end: (backend) => backend.listen(),
    reason: "unreachable",
  },
  "answers 503": always(refuse(503), "unavailable"),
  "answers 429 with Retry-After": always(refuse(429, { retryAfter: "2" }), "throttled"),
  "never answers": always(hang, "timeout", { exportTimeoutMs: 20_000 }),
  "resets connections": always(reset, "unreachable"),
  "breaks off in the middle of its answers": always(breakOff, "unreachable"),
  "reads slowly": always(readSlowly(50)),
  "answers with a portal's HTML": always(answerHtml, "invalid_response"),
  "redirects elsewhere": always(refuse(302), "invalid_response"),
  "has lost its paths": always(refuse(404), "unavailable"),
  "takes only small requests": always(refuseAbove(20_000)),
  "does all of that in turn": always(
    inTurn(refuse(503), reset, accept, answerHtml, refuse(429), breakOff, refuseAbove(20_000)),
  ),
  "refuses the token until it is repaired": {
    begin: (backend) =>
      backend.behave({
        answer: (request, response) =>
          (request.headers.authorization === "Bearer renewed" ? accept : refuse(401)).answer(
            request,
            response,
          ),
      }),
    end: (_, folder) => writeFileSync(tokenFile(folder), "renewed"),
    options(folder) {
      writeFileSync(tokenFile(folder), "expired");
      return { authTokenFile: tokenFile(folder) };
    },
    reason: "unauthorized",
  },
};

describe("a backend that", function () {
  this.timeout("1m");
  let backend: Backend;
  let folder: string;
  let shop: Shop;

  beforeEach(async () => {
    backend = await Backend.start();
    folder = mkdtempSync(join(tmpdir(), "hostile-"));
  });
  afterEach(async () => {
    await shop.manager.shutdown();
    await backend.stop();
    rmSync(folder, { recursive: true });
  });

  for (const [name, { begin, end, options, reason }] of Object.entries(moods)) {
    for (const spool of [false, true]) {
      const where = spool ? "on disk" : "in memory";
      it(`${name} disturbs no app and gets everything exactly once when it has recovered, from what waited ${where}`, async () => {
        const spooling = spool ? { spoolDirectory: join(folder, "spool") } : {};
        shop = await Shop.open(backend, { ...options?.(folder), ...spooling });
        await stderrOf(async () => {
          await shop.sell(100);
          await begin(backend, folder);
          await shop.sell(900);
          const tried = shop.manager.flush(10_000);
          await shop.sell(100);
          await tried;
          if (end) await end(backend, folder);
          else backend.behave(accept);
          await shop.sell(100);
          await shop.delivered();
        });
        shop.assertAllArrived(backend);
        if (reason) assert.ok((shop.countsOf("traces").failures as Record<string, number>)[reason], reason);
        await shop.close();
      });
    }
  }
});
