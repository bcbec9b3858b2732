import assert from "node:assert/strict";
import { spansOf } from "../../../../local/live/desk/traces/spans.ts";

const span = (spanId: string, parentSpanId: string | undefined, startMs: number, more: object = {}) => ({
  spanId,
  ...(parentSpanId ? { parentSpanId } : {}),
  name: spanId,
  startTimeUnixNano: `${1_800_000_000_000 + startMs}250000`,
  endTimeUnixNano: `${1_800_000_000_000 + startMs + 10}750000`,
  ...more,
});
const batch = (service: string, ...spans: object[]) => ({
  resource: { attributes: [{ key: "service.name", value: { stringValue: service } }] },
  scopeSpans: [{ spans: spans as ReturnType<typeof span>[] }],
});

describe("a trace as Tempo writes it", () => {
  it("is read each span before those that it caused, whichever service they are of", () => {
    const found = spansOf({
      batches: [
        batch("worker", span("job", "publish", 30), span("orphan", "lost", 5)),
        batch("hub", span("late", "root", 20), span("publish", "root", 10), span("root", undefined, 0)),
      ],
    });
    assert.deepEqual(
      found.map(({ name, service, depth }) => [depth, service, name]),
      [
        [0, "hub", "root"],
        [1, "hub", "publish"],
        [2, "worker", "job"],
        [1, "hub", "late"],
        [0, "worker", "orphan"],
      ],
    );
  });

  it("has times to the microsecond, kinds, failures and attributes of every type", () => {
    const [root] = spansOf({
      resourceSpans: [
        batch(
          "hub",
          span("root", undefined, 0, {
            kind: "SPAN_KIND_SERVER",
            status: { code: "STATUS_CODE_ERROR", message: "no" },
            attributes: [
              { key: "text", value: { stringValue: "a" } },
              { key: "int", value: { intValue: "7" } },
              { key: "bool", value: { boolValue: false } },
              {
                key: "list",
                value: { arrayValue: { values: [{ stringValue: "x" }, { doubleValue: 0.5 }] } },
              },
              { key: "map", value: { kvlistValue: { values: [{ key: "k", value: { stringValue: "v" } }] } } },
              { key: "none" },
            ],
            events: [
              { name: "exception", attributes: [{ key: "exception.message", value: { stringValue: "no" } }] },
            ],
          }),
        ),
      ],
    });
    assert.equal(root?.start, 1_800_000_000_000.25);
    assert.equal(root?.durationMs, 10.5);
    assert.deepEqual([root?.kind, root?.isError, root?.message], ["server", true, "no"]);
    assert.deepEqual(root?.attributes, [
      ["text", "a"],
      ["int", "7"],
      ["bool", "false"],
      ["list", "x, 0.5"],
      ["map", "k=v"],
      ["none", ""],
    ]);
    assert.deepEqual(root?.events, [{ name: "exception", attributes: [["exception.message", "no"]] }]);
  });

  it("is nothing when it has no spans, and leaves out what causes itself", () => {
    assert.deepEqual(spansOf({}), []);
    assert.deepEqual(spansOf({ batches: [batch("hub", span("a", "b", 0), span("b", "a", 0))] }), []);
  });
});
