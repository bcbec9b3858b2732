import { levelColor } from "../../../dashboards/draw/colors.ts";
import { clock } from "../../../dashboards/draw/format.ts";
import type { LogLine } from "../../../dashboards/evidence.ts";
import { html, type Markup } from "../html.ts";

/** Log lines as a table, each with a link to its trace, unless that is the page which shows them. */
export const linesTable = (lines: readonly LogLine[], shownTrace?: string): Markup =>
  html`<table>
    <thead>
      <tr>
        <th>Time</th>
        <th>Level</th>
        <th>Service</th>
        <th>Tenant</th>
        <th>Line</th>
        <th></th>
      </tr>
    </thead>
    <tbody>
      ${lines.map(
        ({ time, level, service, tenant, text, traceId }) =>
          html`<tr>
            <td class="time faint">${clock(time)}</td>
            <td style="color:${levelColor(level)}">${level}</td>
            <td>${service}</td>
            <td>${tenant}</td>
            <td><code>${text}</code></td>
            <td>
              ${traceId !== undefined && traceId !== shownTrace && html`<a href="/traces/${traceId}">trace</a>`}
            </td>
          </tr> `,
      )}
    </tbody>
  </table>`;
