import assert from "node:assert/strict";
import fc from "fast-check";
import { html, linked } from "../../../../local/live/desk/html.ts";

describe("a page's markup", () => {
  it("escapes every value, in text and in attributes, and in lists of them", () => {
    const hostile = `<script>"'&`;
    assert.equal(
      html`<p title="${hostile}">${[hostile, html`<b>${1}</b>`]}${undefined}${false}</p>`.text,
      '<p title="&lt;script&gt;&quot;&#39;&amp;">&lt;script&gt;&quot;&#39;&amp;<b>1</b></p>',
    );
  });

  it("holds no tag, quote or control character of any value", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."<>&'\"/ax\0\u001b\n\ud800é") }), (value) => {
        // eslint-disable-next-line no-control-regex
        assert.doesNotMatch(html`${value}`.text, /[<>"'\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
      }),
    );
  });

  it("makes links of web addresses, and of nothing else", () => {
    const text = 'See https://a.example/?b=1&c=2 or javascript:alert(1) "https://d.example"<';
    assert.equal(
      linked(text, (url) => url.replace("https://a.example", "")).text,
      'See <a href="/?b=1&amp;c=2">https://a.example/?b=1&amp;c=2</a> or javascript:alert(1) &quot;<a href="https://d.example">https://d.example</a>&quot;&lt;',
    );
  });
});
