import assert from "node:assert/strict";
import fc from "fast-check";
import { formatFor } from "../../src/metrics/accept.ts";
import { openMetrics, plainText } from "../../src/metrics/exposition.ts";

const prometheus3 =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5," +
  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

describe("the format of the page", () => {
  for (const [accept, format] of [
    [prometheus3, openMetrics],
    ["application/openmetrics-text; version=1.0.0; charset=utf-8", openMetrics],
    ["Application/OpenMetrics-Text", openMetrics],
    ["application/openmetrics-text;q=0.5, text/plain;version=0.0.4;q=0.5", openMetrics],
    [undefined, plainText],
    ["", plainText],
    ["*/*", plainText],
    ["text/html,application/xhtml+xml,*/*;q=0.8", plainText],
    ["text/plain;version=0.0.4;q=0.5,*/*;q=0.1", plainText],
    ["application/openmetrics-text;q=0", plainText],
    ["application/openmetrics-text;version=0.0.1", plainText],
    ["application/openmetrics-text;q=0.2,text/plain;q=0.9", plainText],
    ["application/openmetrics-text;q=nonsense", plainText],
  ] as const) {
    it(`is ${format === openMetrics ? "OpenMetrics" : "plain text"} for ${accept ?? "no header"}`, () => {
      assert.equal(formatFor(accept), format);
    });
  }

  it("is one of the two, whatever the header is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z/;,=.q0-9* -]*$/)), (accept) =>
        [openMetrics, plainText].includes(formatFor(accept)),
      ),
    );
  });
});
