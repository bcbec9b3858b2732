/** One sample of a metrics page. */
export interface Sample {
  /** With the suffix that a histogram's parts have. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const escapes: Readonly<Record<string, string>> = { "\\n": "\n", '\\"': '"', "\\\\": "\\" };

/** The samples of a page. Source: Prometheus, text-based exposition format 0.0.4. */
export const readSamples = (page: string): Sample[] =>
  page.split("\n").flatMap((text) => {
    const { name, labels = "", value } = line.exec(text)?.groups ?? {};
    if (text.startsWith("#") || name === undefined || value === undefined) return [];
    const pairs = [...labels.matchAll(label)].map(([, key = "", escaped = ""]) => [
      key,
      escaped.replaceAll(/\\[n"\\]/g, (escape) => escapes[escape] ?? escape),
    ]);
    return [{ name, labels: Object.fromEntries(pairs), value: numberOf(value) }];
  });

const numberOf = (text: string) => (text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text));
