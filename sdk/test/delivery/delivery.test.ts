import assert from "node:assert/strict";
import type { TelemetryRecord } from "../../src/delivery/record.ts";
import {
  accept,
  acceptPartly,
  answerHtml,
  type Behaviour,
  breakOff,
  hang,
  readSlowly,
  refuse,
  refuseAbove,
  reset,
} from "../support/backend.ts";
import { patienceMs, withBackend } from "../support/deliveries.ts";
import { eventually } from "../support/fast-clock.ts";
import { plainAttributes } from "../support/otlp-decode.ts";
import { nameOf, recordOf, spans } from "../support/records.ts";
import { stderrOf } from "../support/stderr.ts";

const namesUpTo = (count: number) => Array.from({ length: count }, (_, index) => `span-${index}`);
const offerAll = (
  delivery: { offer(record: TelemetryRecord): void },
  records: readonly TelemetryRecord[],
) => {
  for (const record of records) delivery.offer(record);
};

describe("delivery", () => {
  it("sends what was offered, under its resource and scope, and counts what was acknowledged", () =>
    withBackend(async (backend, deliver) => {
      const delivery = deliver({ headers: () => ({ authorization: "Bearer t" }) });
      const other = { ...recordOf("traces", "span-1"), scope: { name: "other" } };
      offerAll(delivery, [recordOf("traces", "span-0"), other, recordOf("traces", "span-2")]);
      await delivery.flush(patienceMs);
      const [request] = backend.requests;
      assert.equal(request?.headers.authorization, "Bearer t");
      assert.equal(request.headers["content-type"], "application/x-protobuf");
      assert.deepEqual(
        request.records.map((received) => [nameOf(received), received.scope?.name]),
        [
          ["span-0", "test"],
          ["span-2", "test"],
          ["span-1", "other"],
        ],
      );
      assert.deepEqual(plainAttributes(request.records[0]?.resource?.attributes ?? []), {
        "service.name": "test",
      });
      assert.deepEqual(delivery.counts(), {
        produced: 3,
        delivered: 3,
        dropped: {},
        waiting: { items: 0, bytes: 0 },
        failures: {},
      });
      assert.equal(delivery.reachable()?.ok, true);
    }));

  it("sends a batch when it is full, and a smaller one when its first record has waited long enough", () =>
    withBackend(async (backend, deliver) => {
      const delivery = deliver();
      offerAll(delivery, spans(13));
      await backend.arrived(2);
      assert.deepEqual(backend.requests.map(({ records }) => records.length).sort(), [10, 3].sort());
    }));

  /** What goes wrong at first is made good later. */
  const troubles: Record<string, { behaviour: Behaviour; reason: string }> = {
    "503": { behaviour: refuse(503), reason: "unavailable" },
    "500": { behaviour: refuse(500), reason: "unavailable" },
    "404, as a gateway gives while its routes are changed": { behaviour: refuse(404), reason: "unavailable" },
    "408": { behaviour: refuse(408), reason: "timeout" },
    "429 with Retry-After in seconds": { behaviour: refuse(429, { retryAfter: "2" }), reason: "throttled" },
    "429 with a Retry-After that makes no sense": {
      behaviour: refuse(429, { retryAfter: "soon" }),
      reason: "throttled",
    },
    "a redirect": { behaviour: refuse(302), reason: "invalid_response" },
    "a connection that is reset": { behaviour: reset, reason: "unreachable" },
    "half an answer": { behaviour: breakOff, reason: "unreachable" },
    "a portal's HTML page with status 200": { behaviour: answerHtml, reason: "invalid_response" },
    silence: { behaviour: hang, reason: "timeout" },
  };
  for (const [trouble, { behaviour, reason }] of Object.entries(troubles)) {
    it(`loses nothing through ${trouble}`, () =>
      withBackend(async (backend, deliver) => {
        const delivery = deliver({ timeoutMs: behaviour === hang ? 10_000 : patienceMs });
        backend.behaveNext(behaviour, behaviour);
        offerAll(delivery, spans(5));
        await eventually(() => delivery.counts().delivered === 5);
        assert.deepEqual([...new Set(backend.kept.map(nameOf))], namesUpTo(5));
        assert.deepEqual(Object.keys(delivery.counts().failures), [reason]);
        assert.deepEqual(delivery.counts().dropped, {});
      }));
  }

  it("loses nothing while connections are refused", () =>
    withBackend(async (backend, deliver) => {
      const delivery = deliver();
      await backend.refuseConnections();
      offerAll(delivery, spans(25));
      await eventually(() => (delivery.counts().failures.unreachable ?? 0) >= 2);
      assert.equal(delivery.reachable()?.reason, "unreachable");
      await backend.listen();
      await eventually(() => delivery.counts().delivered === 25);
      assert.deepEqual(backend.kept.map(nameOf).sort(), namesUpTo(25).sort());
    }));

  it("waits for a backend that reads slowly", () =>
    withBackend(async (backend, deliver) => {
      backend.behave(readSlowly(20));
      const delivery = deliver();
      offerAll(delivery, spans(10));
      await eventually(() => delivery.counts().delivered === 10);
      assert.deepEqual(delivery.counts().failures, {});
    }));

  it("tries with one request at a time while the backend fails, and with two when it works", () =>
    withBackend(async (backend, deliver) => {
      backend.behave(refuse(503));
      const delivery = deliver({ batchItems: 1 });
      delivery.offer(recordOf("traces", "first"));
      await backend.arrived(1);
      await eventually(() => delivery.reachable()?.ok === false);
      backend.mostAtOnce = 0;
      offerAll(delivery, spans(50));
      await backend.arrived(5);
      assert.equal(backend.mostAtOnce, 1);
      backend.behave(readSlowly(5));
      await eventually(() => delivery.counts().delivered === 51);
      assert.equal(backend.mostAtOnce, 2);
    }));

  it("is not held up by a batch that the backend always fails at", () =>
    withBackend(async (backend, deliver) => {
      backend.behave({
        answer: (request, response) =>
          (request.records.some((record) => nameOf(record) === "span-0") ? refuse(500) : accept).answer(
            request,
            response,
          ),
      });
      const delivery = deliver({ batchItems: 1 });
      offerAll(delivery, spans(20));
      await eventually(() => delivery.counts().delivered === 19);
      assert.equal(delivery.counts().waiting.items, 1);
    }));

  it("splits what is too large for the backend, and drops only the record that is too large by itself", () =>
    withBackend(async (backend, deliver) => {
      backend.behave(refuseAbove(500));
      const delivery = deliver({ batchItems: 100 });
      offerAll(delivery, [...spans(50), recordOf("traces", "x".repeat(600)), ...spans(49, 50)]);
      await eventually(() => delivery.counts().waiting.items === 0);
      assert.deepEqual(delivery.counts().dropped, { too_large: 1 });
      assert.deepEqual(backend.kept.map(nameOf), namesUpTo(99));
    }));

  it("asks for less at once when the backend found a request too large", () =>
    withBackend(async (backend, deliver) => {
      backend.behave(refuseAbove(500));
      const delivery = deliver({ batchItems: 50 });
      offerAll(delivery, spans(50));
      await eventually(() => delivery.counts().waiting.items === 0);
      const before = delivery.counts().failures.too_large;
      offerAll(delivery, spans(50, 50));
      await eventually(() => delivery.counts().waiting.items === 0);
      assert.equal(delivery.counts().failures.too_large, before);
    }));

  it("drops what the backend rejects for good, counts it, and tells the backend's message once", () =>
    withBackend(async (backend, deliver) => {
      backend.behaveNext(refuse(400, { message: "entry too old\r\n\u001b[31m" }), refuse(422));
      const delivery = deliver({ batchItems: 5 });
      const said = await stderrOf(async () => {
        offerAll(delivery, spans(15));
        await eventually(() => delivery.counts().waiting.items === 0);
      });
      assert.deepEqual(delivery.counts().dropped, { rejected: 10 });
      assert.equal(delivery.counts().delivered, 5);
      assert.deepEqual(delivery.counts().failures, { rejected: 2 });
      const lines = said.trim().split("\n");
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? "", /\/v1\/traces failed \(rejected\): 4(00: entry too old|22)/);
    }));

  for (const form of ["protobuf", "json"] as const) {
    it(`counts what a partial success rejects (${form})`, () =>
      withBackend(async (backend, deliver) => {
        backend.behaveNext(acceptPartly(3, "tenant not allowed", form));
        const delivery = deliver();
        offerAll(delivery, spans(10));
        await eventually(() => delivery.counts().waiting.items === 0);
        assert.deepEqual(delivery.counts().dropped, { rejected: 3 });
        assert.equal(delivery.counts().delivered, 7);
      }));
  }

  it("believes no partial success that rejects more than was sent", () =>
    withBackend(async (backend, deliver) => {
      backend.behaveNext(acceptPartly(1_000_000, "all"));
      const delivery = deliver();
      offerAll(delivery, spans(10));
      await eventually(() => delivery.counts().waiting.items === 0);
      assert.deepEqual(delivery.counts().dropped, { rejected: 10 });
    }));

  it("keeps what is sent with a wrong token, says once how to repair it, and sends it with the right one", () =>
    withBackend(async (backend, deliver) => {
      let token = "wrong";
      backend.behave({
        answer: (request, response) =>
          (request.headers.authorization === "Bearer right" ? accept : refuse(401)).answer(request, response),
      });
      const delivery = deliver({ headers: () => ({ authorization: `Bearer ${token}` }), batchItems: 5 });
      const said = await stderrOf(async () => {
        offerAll(delivery, spans(10));
        await eventually(() => (delivery.counts().failures.unauthorized ?? 0) >= 3);
        token = "right";
        await eventually(() => delivery.counts().delivered === 10);
      });
      assert.deepEqual(delivery.counts().dropped, {});
      assert.equal(said.trim().split("\n").length, 1);
      assert.match(said, /\(unauthorized\): 401\. .*AUTOWEAVE_TOKEN/);
      assert.doesNotMatch(said, /wrong|right/);
    }));

  it("drops the newest when the queue is full of items, and counts it", () =>
    withBackend(async (backend, deliver) => {
      backend.behave(refuse(503));
      const delivery = deliver({ maxQueueItems: 20 });
      offerAll(delivery, spans(30));
      assert.deepEqual(delivery.counts().dropped, { queue_full: 10 });
      backend.behave(accept);
      await eventually(() => delivery.counts().waiting.items === 0);
      assert.deepEqual(backend.kept.map(nameOf).sort(), namesUpTo(20).sort());
    }));

  it("drops the newest when the queue is full of bytes, and counts it", () =>
    withBackend(async (_, deliver) => {
      const records = spans(100);
      const bytes = records.slice(0, 60).reduce((sum, record) => sum + record.bytes.length, 0);
      const delivery = deliver({ maxQueueBytes: bytes, batchItems: 1000 });
      offerAll(delivery, records);
      assert.deepEqual(delivery.counts().dropped, { queue_full: 40 });
      assert.deepEqual(delivery.counts().waiting, { items: 60, bytes });
    }));

  it("refuses a record that is larger than any request, and counts what never became a record", () =>
    withBackend(async (_, deliver) => {
      const delivery = deliver();
      delivery.offer(recordOf("traces", "x".repeat(5 * 1024 * 1024)));
      delivery.drop("shed", 7);
      assert.deepEqual(delivery.counts().dropped, { too_large: 1, shed: 7 });
      assert.equal(delivery.counts().produced, 8);
    }));

  it("keeps requests below 4 MiB", () =>
    withBackend(async (backend, deliver) => {
      const delivery = deliver({ batchItems: 10_000 });
      const large = "x".repeat(1024 * 1024);
      for (let index = 0; index < 9; index++) delivery.offer(recordOf("traces", large));
      await delivery.flush(patienceMs);
      assert.deepEqual(backend.requests.map(({ records }) => records.length).sort(), [3, 3, 3]);
    }));
});

describe("flushing", () => {
  it("sends at once what waits for its batch or after a failure", () =>
    withBackend(async (backend, deliver) => {
      const delivery = deliver({ batchDelayMs: 3_600_000, batchItems: 5 });
      backend.behaveNext(refuse(503));
      offerAll(delivery, spans(7));
      await backend.arrived(1);
      await eventually(() => delivery.reachable() !== undefined);
      await delivery.flush(patienceMs);
      assert.equal(delivery.counts().delivered, 7);
    }));

  it("does not wait for what is offered afterwards", () =>
    withBackend(async (_, deliver) => {
      const delivery = deliver({ batchDelayMs: 3_600_000 });
      offerAll(delivery, spans(3));
      const flushed = delivery.flush(3_600_000);
      offerAll(delivery, spans(3, 3));
      await flushed;
      assert.equal(delivery.counts().waiting.items, 3);
    }));

  it("ends in time when the backend hangs, and keeps what waits", () =>
    withBackend(async (backend, deliver) => {
      backend.behave(hang);
      const delivery = deliver();
      offerAll(delivery, spans(3));
      await delivery.flush(1_000);
      assert.equal(delivery.counts().waiting.items, 3);
    }));

  it("keeps to the patience that the backend asked for", () =>
    withBackend(async (backend, deliver) => {
      backend.behaveNext(refuse(429, { retryAfter: "200" }));
      const delivery = deliver();
      offerAll(delivery, spans(3));
      await eventually(() => delivery.counts().failures.throttled === 1);
      await delivery.flush(20_000);
      assert.equal(backend.requests.length, 1);
      assert.equal(delivery.counts().waiting.items, 3);
    }));
});

describe("shutting down", () => {
  it("sends what waits", () =>
    withBackend(async (_, deliver) => {
      const delivery = deliver({ batchDelayMs: 3_600_000 });
      offerAll(delivery, spans(13));
      await delivery.shutdown(patienceMs);
      assert.equal(delivery.counts().delivered, 13);
      assert.equal(delivery.counts().waiting.items, 0);
    }));

  for (const [how, behaviour] of Object.entries({ hangs: hang, fails: refuse(503), resets: reset })) {
    it(`ends in time when the backend ${how}, and counts what it gives up`, () =>
      withBackend(async (backend, deliver) => {
        backend.behave(behaviour);
        const delivery = deliver({ batchItems: 4 });
        offerAll(delivery, spans(10));
        await delivery.shutdown(2_000);
        assert.deepEqual(delivery.counts().dropped, { shutdown: 10 });
        assert.equal(delivery.counts().waiting.items, 0);
      }));
  }

  it("drops and counts what is offered afterwards, and may be asked for twice", () =>
    withBackend(async (_, deliver) => {
      const delivery = deliver();
      await Promise.all([delivery.shutdown(1_000), delivery.shutdown(1_000)]);
      delivery.offer(recordOf("traces", "late"));
      delivery.offerSnapshot([recordOf("traces", "late", 3)]);
      await delivery.flush(1_000);
      assert.deepEqual(delivery.counts().dropped, { shutdown: 4 });
    }));
});
