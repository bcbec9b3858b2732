import type { Live } from "../../../support/live.ts";

type Labels = Record<string, string>;

interface Alerts {
  data: { alerts: { labels: Labels; state: string }[] };
}

interface Silence {
  status: { state: string };
  matchers: { name: string; value: string; isRegex: boolean; isEqual: boolean }[];
}

const get = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;

/**
 * The alerts that fire, or will if things stay as they are, and that nobody expects: neither the Watchdog nor what is
 * silenced. A rule that is wrong about a healthy stack is seen here long before its alert is sent.
 */
export async function unexpectedAlerts(live: Live): Promise<Labels[]> {
  const silences = (await get<Silence[]>(`${live.direct("alertmanager-http")}/api/v2/silences`)).filter(
    ({ status }) => status.state === "active",
  );
  const isSilenced = (labels: Labels) =>
    silences.some(({ matchers }) =>
      matchers.every(({ name, value, isRegex, isEqual }) => {
        const label = labels[name] ?? "";
        return (isRegex ? new RegExp(`^(?:${value})$`).test(label) : label === value) === isEqual;
      }),
    );
  const answers = await Promise.all(
    ["prometheus-http", "long-term-prometheus-http"].map((port) =>
      get<Alerts>(`${live.direct(port)}/api/v1/alerts`),
    ),
  );
  return answers
    .flatMap(({ data }) => data.alerts)
    .map(({ labels }) => labels)
    .filter((labels) => labels["alertname"] !== "Watchdog" && !isSilenced(labels));
}
