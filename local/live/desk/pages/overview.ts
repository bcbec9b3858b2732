import { format } from "../../../dashboards/draw/format.ts";
import { suggestedTenant } from "../../faults/suggestion.ts";
import { html, type Markup } from "../html.ts";
import type { ProgramState } from "../processes/watch.ts";
import type { DeskSettings } from "../settings.ts";
import { ago, since } from "./times.ts";

/** What a newcomer may try, and what comes of it. */
function suggestions(tenants: DeskSettings["tenants"]): [command: string, effect: string][] {
  const premium = suggestedTenant(tenants);
  const other = tenants.find(({ id }) => id !== premium)?.id ?? premium;
  return [
    [
      `npm run demo -- --fault usb-slow --tenant ${premium} --for 5m`,
      "A premium tenant's devices become slow: within a minute and a half, Alerts shows whom that pages.",
    ],
    [
      `npm run demo -- --fault errors --tenant ${other} --for 5m`,
      "Operations of another tenant fail: the Developer dashboard has the traces that did, and their log lines.",
    ],
    ["npm run --silent status -- --json", "Every address and every tenant's token file, for programs."],
  ];
}

export const overview = (programs: readonly ProgramState[], { tenants }: DeskSettings): Markup => html`
  <section>
    <h2>Try next</h2>
    <table>
      <tbody>
        ${suggestions(tenants).map(
          ([command, effect]) =>
            html`<tr>
              <td><code>${command}</code></td>
              <td class="faint">${effect}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>
  <section>
    <h2>What runs</h2>
    <table>
      <thead>
        <tr>
          <th>Program</th>
          <th>State</th>
          <th>Since</th>
          <th>Addresses</th>
          <th class="number">Memory</th>
          <th class="number">CPU</th>
        </tr>
      </thead>
      <tbody>
        ${programs.map(row)}
      </tbody>
    </table>
  </section>
  <section>
    <h2>Tenants</h2>
    <table>
      <thead>
        <tr>
          <th>Tenant</th>
          <th>Tier</th>
          <th>File with its token, for its owner only</th>
        </tr>
      </thead>
      <tbody>
        ${tenants.map(
          ({ id, tier, tokenFile }) =>
            html`<tr>
              <td>${id}</td>
              <td>${tier}</td>
              <td><code>${tokenFile}</code></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>
`;

const row = ({ name, state, readyAt, addresses, memoryBytes, cpu, crash }: ProgramState): Markup =>
  html`<tr>
    <td class="name">${name}</td>
    <td><span class="badge ${state}">${state}</span></td>
    <td class="time">${crash ? ago(crash.noticedAt) : since(readyAt)}</td>
    <td>
      ${Object.entries(addresses).map(
        ([use, address]) =>
          html`<span class="address"
            ><code>${use === "http" ? html`<a href="http://${address}">${address}</a>` : address}</code>
            <span class="faint">${use}</span></span
          >`,
      )}
    </td>
    <td class="number">${memoryBytes !== undefined && format(memoryBytes, "bytes")}</td>
    <td class="number">${cpu !== undefined && `${Math.round(cpu * 100)} %`}</td>
  </tr> `;
