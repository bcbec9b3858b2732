import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

type Values = Record<string, unknown>;

/** What a chart's author says of its values. */
export interface ChartDefaults {
  values: Values;
  /** The chart's values.schema.json, where it has one. */
  schema: JsonSchema | undefined;
  /** The text of values.yaml: names keys that are only commented. */
  text: string;
  /** Names under which the values of other charts stand. */
  subcharts: string[];
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  patternProperties?: Record<string, JsonSchema>;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

/** Maps whose keys are the user's, or Kubernetes', or the program's that the chart installs: not the chart's. */
const freeForm = [
  /^extra/,
  /(^|[a-z_])([aA]nnotations|[lL]abels|[sS]elector|[cC]onfig|[aA]rgs|[rR]esources|[aA]ffinity)$/,
  /[sS]ecurityContext$/,
  /Probe$/,
  /^(grafana\.ini|envValueFrom|structuredConfig|updateStrategy|strategy)$/,
];

/** What the templates of every chart made by `helm create` read, whether values.yaml names it or not. */
const conventions = ["nameOverride", "fullnameOverride"];

const isMap = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The paths among `values` that the chart does not know, and so ignores. */
export function unknownKeys(values: Values, chart: ChartDefaults): string[] {
  return unknownBelow(values, chart.values, chart.schema, chart, []);
}

function unknownBelow(
  values: Values,
  defaults: Values,
  schema: JsonSchema | undefined,
  chart: ChartDefaults,
  path: string[],
): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const at = [...path, key];
    if (path.length === 0 && [...chart.subcharts, ...conventions].includes(key)) return [];
    const property = propertyOf(resolve(schema, chart.schema), key);
    if (!(key in defaults) && !property && !isCommented(key, chart.text)) return [at.join(".")];
    const known = defaults[key];
    const endsHere = freeForm.some((pattern) => pattern.test(key)) || !isMap(known) || isEmpty(known);
    return isMap(value) && !endsHere ? unknownBelow(value, known as Values, property, chart, at) : [];
  });
}

const isEmpty = (value: unknown) => isMap(value) && Object.keys(value).length === 0;

/** A key that the author shows as an example, commented out. */
const isCommented = (key: string, text: string) =>
  new RegExp(`^\\s*#+\\s*${key.replaceAll(/[.*+?^$()|[\]\\{}]/g, "\\$&")}:`, "m").test(text);

const propertyOf = (schema: JsonSchema | undefined, key: string) =>
  schema?.properties?.[key] ??
  Object.entries(schema?.patternProperties ?? {}).find(([pattern]) => new RegExp(pattern).test(key))?.[1];

function resolve(schema: JsonSchema | undefined, root: JsonSchema | undefined): JsonSchema | undefined {
  const name = schema?.$ref?.split("/").at(-1);
  return name ? root?.$defs?.[name] : schema;
}

/**
 * Reads `<folder>/<chart>` (or `<folder>/<chart>-<version>`).
 * @throws Error when the folder has neither
 */
export function chartDefaults(folder: string, chart: string, version: string): ChartDefaults {
  const found = [`${chart}-${version}`, chart]
    .map((name) => join(folder, name))
    .find((path) => existsSync(join(path, "values.yaml")));
  if (!found) {
    throw new Error(
      `${folder} has no values of ${chart} ${version}; it has: ${readdirSync(folder).join(", ")}`,
    );
  }
  const text = readFileSync(join(found, "values.yaml"), "utf8");
  const schemaFile = join(found, "values.schema.json");
  const description = join(found, "Chart.yaml");
  const { dependencies = [] }: { dependencies?: { name: string; alias?: string }[] } = existsSync(description)
    ? parse(readFileSync(description, "utf8"))
    : {};
  return {
    values: parse(text) ?? {},
    schema: existsSync(schemaFile) ? JSON.parse(readFileSync(schemaFile, "utf8")) : undefined,
    text,
    subcharts: dependencies.map(({ name, alias }) => alias ?? name),
  };
}
