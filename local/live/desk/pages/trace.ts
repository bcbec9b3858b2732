import { paletteColor } from "../../../dashboards/draw/colors.ts";
import { clock, day, format } from "../../../dashboards/draw/format.ts";
import type { LogLine } from "../../../dashboards/evidence.ts";
import { html, type Markup } from "../html.ts";
import type { Span } from "../traces/spans.ts";
import type { Trace } from "../traces/trace.ts";
import { linesTable } from "./lines.ts";

const mostSpans = 1000;

/** A trace as a waterfall. */
export function tracePage(trace: Trace): Markup {
  const { id, start, durationMs, spans } = trace;
  const services = [...new Set(spans.map(({ service }) => service))];
  const errors = spans.filter(({ isError }) => isError).length;
  const [root] = spans;
  return html`
    <h1>${root?.name}</h1>
    <p class="faint">
      Trace <code>${id}</code>, ${day(start)} ${clock(start)}, ${seconds(durationMs)}, ${spans.length} spans
      of
      ${services.map((service, index) => html`<span style="color:${paletteColor(index)}">${service}</span> `)}
      ${errors > 0 && html`<span class="bad">${errors} failed</span>`}
    </p>
    <section class="waterfall">
      ${spans.slice(0, mostSpans).map((span) => row(span, trace, paletteColor(services.indexOf(span.service))))}
      ${spans.length > mostSpans && html`<p class="faint">and ${spans.length - mostSpans} more spans</p>`}
    </section>
  `;
}

export const traceLines = (lines: readonly LogLine[], traceId: string): Markup => html`
  <section>
    <h2>Log lines of this trace</h2>
    ${lines.length > 0 ? linesTable(lines, traceId) : html`<p class="faint">There are none.</p>`}
  </section>
`;

const seconds = (milliseconds: number) => format(milliseconds / 1000, "s");

function row(span: Span, trace: Trace, color: string): Markup {
  const { service, name, kind, depth, isError, message, durationMs } = span;
  const left = share(span.start - trace.start, trace.durationMs);
  const width = share(durationMs, trace.durationMs);
  // Where there is more room beside the bar.
  const label = left + width > 80 ? `right:${100 - left}%` : `left:${left + width}%`;
  return html`<details>
    <summary>
      <span class="name" style="padding-left:${Math.min(depth, 20) * 14}px"
        ><span style="color:${color}">${service}</span> <span class="${isError && "bad"}">${name}</span></span
      >
      <span class="track"
        ><i style="left:${left}%;width:${width}%;background:${isError ? "var(--bad)" : color}"></i
        ><span style="${label}">${seconds(durationMs)}</span></span
      >
    </summary>
    <dl>
      ${
        isError &&
        html`<dt>error</dt>
          <dd class="bad">${message || "it failed"}</dd>`
      }
      ${pairs([["kind", kind], ...span.attributes])}
      ${span.events.map(
        ({ name, attributes }) =>
          html`<dt>event</dt>
            <dd>${name} ${attributes.map(([key, value]) => `${key}=${value}`).join(" ")}</dd>`,
      )}
      ${pairs(span.resource)}
    </dl>
  </details> `;
}

const share = (part: number, whole: number) => Math.round((1e4 * Math.max(0, part)) / (whole || 1)) / 100;

const pairs = (attributes: readonly (readonly [string, string])[]) =>
  attributes.map(
    ([key, value]) =>
      html`<dt>${key}</dt>
        <dd>${value}</dd>`,
  );
