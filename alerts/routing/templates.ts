/**
 * What a notification says, in Alertmanager's template language: summary, tenant, value, and links to runbook, dashboard and
 * traces. All of it stands in the alerts' annotations; here is only how it looks. Inline rather than in files, so that the
 * configuration is one text.
 */

const links = {
  runbook_url: "Runbook",
  dashboard_url: "Dashboard",
  traces_url: "Traces",
} as const;

const eachAlert = (text: string) => `{{ range .Alerts }}${text}{{ end }}`;
const eachLink = (render: (text: string) => string) =>
  Object.entries(links)
    .map(([annotation, text]) => `{{ with .Annotations.${annotation} }}${render(text)}{{ end }}`)
    .join("");

const tenant = "{{ with .CommonLabels.tenant_id }} · tenant {{ . }}{{ end }}";
const escalated = '{{ if eq .CommonLabels.escalation "true" }}ESCALATED · {{ end }}';

/** One line for the whole group. */
export const title = `${escalated}[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }}${tenant}`;

/** The summary of each alert, where there is room for text alone. */
export const summaries = eachAlert("{{ .Annotations.summary }}\n");

export const slackColor =
  '{{ if ne .Status "firing" }}good{{ else if eq .CommonLabels.severity "critical" }}danger{{ else }}warning{{ end }}';

export const slackText = eachAlert(
  "*{{ .Annotations.summary }}*\n" +
    "{{ .Annotations.description }} Value: {{ .Annotations.value }}\n" +
    `${eachLink((text) => `<{{ . }}|${text}> `)}\n`,
);

/** PagerDuty's fields of an incident. */
export const details = {
  summary: summaries,
  tenant: '{{ or .CommonLabels.tenant_id "–" }}',
  value: eachAlert("{{ .Annotations.value }}\n"),
  ...Object.fromEntries(
    Object.entries(links).map(([annotation, text]) => [
      text.toLowerCase(),
      `{{ or .CommonAnnotations.${annotation} "–" }}`,
    ]),
  ),
};

const firstAlert = (annotation: string) => `{{ (index .Alerts 0).Annotations.${annotation} }}`;

/** PagerDuty's links of an incident; one without an address is left out. */
export const pagerdutyLinks = Object.entries(links).map(([annotation, text]) => ({
  href: firstAlert(annotation),
  text,
}));

const row = (name: string, value: string) => `<tr><th align="left">${name}</th><td>${value}</td></tr>`;

export const emailHtml = `<html><body style="font-family: sans-serif">
<h2>${title}</h2>
${eachAlert(
  `<h3>{{ .Annotations.summary }}</h3>
<p>{{ .Annotations.description }}</p>
<table cellspacing="8">
${row("Tenant", '{{ or .Labels.tenant_id "–" }}')}
${row("Service", '{{ or .Labels.service "–" }}')}
${row("Value", "{{ .Annotations.value }}")}
${row("Since", '{{ .StartsAt.UTC.Format "2006-01-02 15:04:05 UTC" }}')}
</table>
<p>${eachLink((text) => `<a href="{{ . }}">${text}</a> `)}</p>
`,
)}</body></html>
`;
