import { parse } from "yaml";

/** What an alert's labels must be; each value is a regular expression of the whole. */
type Matchers = Record<string, string>;

const author = "embedded environment";
const comment = "Its program cannot run on one machine without container images.";
const years = 10;

/** The alerts about programs that cannot run here: right, and known. */
const expected = (absentJobs: readonly string[]): Matchers[] => [
  { alertname: "ScrapeJobAbsent", job: absentJobs.join("|") },
  { alertname: "GrafanaDown" },
  { alertname: "PostgresqlDown|PostgresqlWalArchiveOld|PostgresqlBackupOld" },
];

interface Matcher {
  name: string;
  value: string;
  isRegex: boolean;
  isEqual: boolean;
}

interface Silence {
  matchers: Matcher[];
}

interface Config {
  scrape_configs: { job_name: string; static_configs?: { targets: string[] }[] }[];
}

const get = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;

/** The jobs that look for pods which cannot be here, e.g. `grafana`. */
async function jobsWithoutTarget(prometheus: string): Promise<string[]> {
  const { data } = await get<{ data: { yaml: string } }>(`${prometheus}/api/v1/status/config`);
  return (parse(data.yaml) as Config).scrape_configs
    .filter(({ static_configs: found = [] }) => found.length === 0)
    .map(({ job_name: job }) => job.split("/")[2] ?? job);
}

const matchersOf = (labels: Matchers): Matcher[] =>
  Object.entries(labels).map(([name, value]) => ({ name, value, isRegex: true, isEqual: true }));

const isSame = (some: readonly Matcher[], others: readonly Matcher[]) =>
  some.length === others.length &&
  some.every(({ name, value }) => others.some((other) => other.name === name && other.value === value));

const silencesOf = (alertmanager: string) => `${alertmanager}/api/v2/silences`;

/** What is in force at an Alertmanager. */
export async function activeSilences(alertmanager: string): Promise<Silence[]> {
  const all = await get<(Silence & { status: { state: string } })[]>(silencesOf(alertmanager));
  return all.filter(({ status }) => status.state === "active");
}

/** Silences, for as long as this environment lives, the alerts that are expected in it; each once. */
export async function silenceExpected(alertmanager: string, prometheus: string): Promise<void> {
  const active = await activeSilences(alertmanager);
  const startsAt = new Date();
  const endsAt = new Date(startsAt);
  endsAt.setFullYear(startsAt.getFullYear() + years);
  for (const labels of expected(await jobsWithoutTarget(prometheus))) {
    const matchers = matchersOf(labels);
    if (active.some((silence) => isSame(silence.matchers, matchers))) continue;
    const answer = await fetch(silencesOf(alertmanager), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ matchers, startsAt, endsAt, createdBy: author, comment }),
    });
    if (!answer.ok) throw new Error(`Alertmanager takes no silence: ${await answer.text()}`);
  }
}
