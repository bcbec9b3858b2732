import { html, linked, type Markup } from "../html.ts";
import type { Alert, Notification, Role } from "../notifications/notification.ts";
import { ago } from "./times.ts";

/** Whom each role stands for, in the order in which one wants to know. */
const meaning = {
  critical: "whoever is on call",
  premium: "those who look after premium tenants",
  escalation: "the next in line, when a critical alert has fired for 15 minutes unsilenced",
  default: "whoever reads what nobody has to get up for",
} satisfies Partial<Record<Role, string>>;

/** More of a role are in `/alerts.json`. */
const mostRows = 100;

/**
 * What Alertmanager has sent.
 * @param notifications newest first.
 * @param grafanaUrl what is a page of Grafana's is one of the desk's here.
 */
export function alerts(notifications: readonly Notification[], grafanaUrl: string): Markup {
  const hrefOf = (url: string) => (url.startsWith(`${grafanaUrl}/`) ? url.slice(grafanaUrl.length) : url);
  const of = (role: Role) => notifications.filter((each) => each.role === role);
  const [beat] = of("dead-mans-switch");
  return html`
    <p>
      ${
        beat
          ? html`Dead man's switch: last heard ${ago(beat.receivedAt)}.`
          : html`Dead man's switch: <span class="warn">never heard</span>.`
      } <span class="faint">The Watchdog always fires; its silence would be the alarm.</span>
    </p>
    ${Object.entries(meaning).map(([role, whom]) => section(role, whom, of(role as Role), hrefOf))}
  `;
}

function section(
  role: string,
  whom: string,
  arrived: readonly Notification[],
  hrefOf: (url: string) => string,
): Markup {
  const rows = arrived.flatMap((each) =>
    each.channel === "mail"
      ? [mailRow(each, hrefOf)]
      : each.alerts.map((alert) => alertRow(each, alert, hrefOf)),
  );
  const more = rows.length - mostRows;
  return html`<section id="${role}">
    <h2>${role} <span class="faint">${whom}</span></h2>
    ${
      rows.length === 0
        ? html`<p class="faint">Nothing has arrived.</p>`
        : html`<table class="alerts">
            <thead>
              <tr>
                <th>Received</th>
                <th>State</th>
                <th>Severity</th>
                <th>Alert</th>
                <th>Tenant</th>
                <th>Service</th>
                <th>Value</th>
                <th>Summary</th>
                <th>How</th>
              </tr>
            </thead>
            <tbody>
              ${rows.slice(0, mostRows)}
            </tbody>
          </table>`
    }${more > 0 && html`<p class="faint">and ${more} more: <a href="/alerts.json">alerts.json</a></p>`}
  </section> `;
}

const links = { dashboard_url: "Dashboard", traces_url: "Traces", runbook_url: "Runbook" };

function alertRow(
  { receivedAt, channel }: Notification,
  { status, labels, annotations }: Alert,
  hrefOf: (url: string) => string,
): Markup {
  const own = Object.entries(links).flatMap(([annotation, text]) => {
    const url = annotations[annotation] ?? "";
    return /^https?:\/\//.test(url) ? [html`<a href="${hrefOf(url)}">${text}</a> `] : [];
  });
  const severity = labels["severity"] ?? "";
  return html`<tr>
    <td class="time">${ago(receivedAt)}</td>
    <td>${badge(status)}</td>
    <td>${severity && badge(severity)}</td>
    <td>
      ${labels["alertname"]}${labels["escalation"] === "true" && html` <span class="warn">escalated</span>`}
    </td>
    <td>${labels["tenant_id"]}</td>
    <td>${labels["service"]}</td>
    <td>${annotations["value"]}</td>
    <td>${annotations["summary"]}<br /><span class="links">${own}</span></td>
    <td>${channel}</td>
  </tr> `;
}

/** A mail is text for people: its first line is its subject. */
function mailRow(
  { receivedAt, channel, status, text }: Notification,
  hrefOf: (url: string) => string,
): Markup {
  const [subject = "", ...lines] = text.split("\n");
  return html`<tr>
    <td class="time">${ago(receivedAt)}</td>
    <td>${badge(status)}</td>
    <td></td>
    <td colspan="5">
      <details id="mail-${receivedAt}">
        <summary>${subject}</summary>
        <pre>${linked(lines.join("\n"), hrefOf)}</pre>
      </details>
    </td>
    <td>${channel}</td>
  </tr> `;
}

const badge = (state: string): Markup => html`<span class="badge ${state}">${state}</span>`;
