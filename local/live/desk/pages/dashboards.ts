import type { DashboardModel } from "../../../dashboards/model.ts";
import type { Choice } from "../dashboards/choices.ts";
import type { Shown } from "../dashboards/dashboards.ts";
import { html, Markup } from "../html.ts";
import type { Page } from "./layout.ts";

export const dashboardIndex = (dashboards: readonly DashboardModel[]): Markup =>
  html` <h1>Dashboards</h1>
    <p class="faint">
      As they are deployed, drawn of what the stack's programs have now; where there is a Grafana, it is the
      viewer.
    </p>
    ${dashboards.map(
      ({ uid, title, description }) =>
        html`<section>
          <h2><a href="/dashboards/${uid}">${title}</a></h2>
          ${description}
        </section> `,
    )}`;

export function dashboardPage({ dashboard, drawn, choices }: Shown): Page {
  const { failed, unavailable } = drawn;
  return {
    title: dashboard.title,
    live: true,
    form: html`<form>
      ${choices.map(select)}<noscript><button>Show</button></noscript>
    </form>`,
    body: html`<div class="drawing">${new Markup(drawn.svg)}</div>
      ${failed.length > 0 && html`<p class="bad">Without an answer: ${failed.map(({ title }) => title).join(", ")}.</p>`}
      ${
        unavailable.length > 0 &&
        html`<p class="faint">
          Not on one machine: ${unavailable.map(({ title, program }) => `${title} (${program})`).join(", ")}.
        </p>`
      }`,
  };
}

const select = ({ name, label, chosen, options }: Choice): Markup =>
  html`<label
    >${label}
    <select name="${name}">
      ${options.map(
        ({ value, text }) =>
          html`<option value="${value}" ${value === chosen && html`selected`}>${text}</option>`,
      )}
    </select></label
  >`;
