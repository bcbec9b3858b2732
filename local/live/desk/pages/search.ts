import { clock, day, format } from "../../../dashboards/draw/format.ts";
import type { FoundTrace } from "../../../dashboards/evidence.ts";
import { html, type Markup } from "../html.ts";
import type { Search } from "../traces/search.ts";

export const searchPage = ({ query, from, to }: Search, found: Markup): Markup => html`
  <h1>Search</h1>
  <p><code>${query}</code><br /><span class="faint">${moment(from)} to ${moment(to)}</span></p>
  <section>${found}</section>
`;

const moment = (seconds: number) => `${day(seconds * 1000)} ${clock(seconds * 1000).slice(0, 8)}`;

export const tracesTable = (traces: readonly FoundTrace[]): Markup =>
  traces.length === 0
    ? html`<p class="faint">No trace is found.</p>`
    : html`<table>
        <thead>
          <tr>
            <th>Start</th>
            <th>Trace</th>
            <th>Service</th>
            <th>Name</th>
            <th class="number">Duration</th>
          </tr>
        </thead>
        <tbody>
          ${traces.map(
            ({ traceId, start, service, name, durationMs }) =>
              html`<tr>
                <td class="time">${day(start)} ${clock(start)}</td>
                <td>
                  <a href="/traces/${traceId}"><code>${traceId}</code></a>
                </td>
                <td>${service}</td>
                <td>${name}</td>
                <td class="number">${format(durationMs / 1000, "s")}</td>
              </tr> `,
          )}
        </tbody>
      </table>`;
