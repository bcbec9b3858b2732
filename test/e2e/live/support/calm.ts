import { activeSilences } from "../../../../local/live/silences.ts";
import type { Live } from "../../../support/live.ts";
import { askBothPrometheus } from "./both-prometheus.ts";

type Labels = Record<string, string>;

interface Alerts {
  data: { alerts: { labels: Labels; state: string }[] };
}

/**
 * The alerts that fire, or will if things stay as they are, and that nobody expects: neither the Watchdog nor what is
 * silenced. A rule that is wrong about a healthy stack is seen here long before its alert is sent.
 */
export async function unexpectedAlerts(live: Live): Promise<Labels[]> {
  const silences = await activeSilences(live.direct("alertmanager-http"));
  const isSilenced = (labels: Labels) =>
    silences.some(({ matchers }) =>
      matchers.every(({ name, value, isRegex, isEqual }) => {
        const label = labels[name] ?? "";
        return (isRegex ? new RegExp(`^(?:${value})$`).test(label) : label === value) === isEqual;
      }),
    );
  const answers = await askBothPrometheus<Alerts>(live, "alerts");
  return answers
    .flatMap(({ data }) => data.alerts)
    .map(({ labels }) => labels)
    .filter((labels) => labels["alertname"] !== "Watchdog" && !isSilenced(labels));
}
