/** Every sample that a program tells of itself, with its labels as they stand in the text. */
export type Counters = readonly { name: string; labels: string; value: number }[];

/** Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)/;

/** What a program says of itself at `/metrics`. */
export async function countersOf(url: string, timeoutMs = 30_000): Promise<Counters> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${url}/metrics answers ${response.status}`);
  return (await response.text()).split("\n").flatMap((line) => {
    const [, name, labels = "", value] = sample.exec(line) ?? [];
    return name ? [{ name, labels, value: Number(value) }] : [];
  });
}

/** The sum of the series whose name matches. */
export const sumOf = (counters: Counters, name: RegExp): number =>
  counters.filter((one) => name.test(one.name)).reduce((sum, { value }) => sum + value, 0);
