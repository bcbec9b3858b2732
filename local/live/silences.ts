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

interface Silence {
  createdBy: string;
  status: { state: string };
}

interface ScrapePools {
  data: { scrapePools: string[] };
}

interface Targets {
  data: { activeTargets: { scrapePool: string }[] };
}

const get = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;

/** The jobs that look for pods which cannot be here, e.g. `grafana`. */
async function jobsWithoutTarget(prometheus: string): Promise<string[]> {
  const pools = await get<ScrapePools>(`${prometheus}/api/v1/scrape_pools`);
  const targets = await get<Targets>(`${prometheus}/api/v1/targets?state=active`);
  const found = new Set(targets.data.activeTargets.map(({ scrapePool }) => scrapePool));
  return pools.data.scrapePools.filter((pool) => !found.has(pool)).map((pool) => pool.split("/")[2] ?? pool);
}

/** Silences, for as long as this environment lives, the alerts that are expected in it; once. */
export async function silenceExpected(alertmanager: string, prometheus: string): Promise<void> {
  const url = `${alertmanager}/api/v2/silences`;
  const known = await get<Silence[]>(url);
  if (known.some(({ createdBy, status }) => createdBy === author && status.state === "active")) return;
  const startsAt = new Date();
  const endsAt = new Date(startsAt);
  endsAt.setFullYear(startsAt.getFullYear() + years);
  for (const labels of expected(await jobsWithoutTarget(prometheus))) {
    const matchers = Object.entries(labels).map(([name, value]) => ({
      name,
      value,
      isRegex: true,
      isEqual: true,
    }));
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ matchers, startsAt, endsAt, createdBy: author, comment }),
    });
    if (!answer.ok) throw new Error(`Alertmanager takes no silence: ${await answer.text()}`);
  }
}
