import { changesOf, type PropertyChange } from "./changes.ts";
import type { PreviewDigest, PreviewStep } from "./digest.ts";
import { dataHeldBy } from "./stateful.ts";

/** What happens to a resource; the most dangerous first, which is the order of every list. */
export const actions = ["replace", "delete", "update", "create", "import"] as const;
export type Action = (typeof actions)[number];

export interface ResourceChange {
  action: Action;
  /** E.g. `core/v1:ConfigMap`, `s3:Bucket`. */
  type: string;
  /** The name in the program, with its namespace and name in Kubernetes where those say more. */
  name: string;
  /** For an update or a replacement. */
  properties: PropertyChange[];
  /** What may be lost, where a replacement or deletion takes data with it. */
  atRisk: string | undefined;
}

interface PreviewSummary {
  changes: ResourceChange[];
  errors: string[];
  warnings: string[];
}

/** Steps of Pulumi's engine that change something; others (`same`, `read`, …) do not. */
const actionOf: Record<string, Action> = {
  create: "create",
  update: "update",
  delete: "delete",
  import: "import",
  replace: "replace",
  "create-replacement": "replace",
  "import-replacement": "replace",
  "delete-replaced": "replace",
};

/** What a preview means, without what a reader need not know. */
export function summarize({ steps = [], diagnostics = [] }: PreviewDigest): PreviewSummary {
  const changes = new Map<string, ResourceChange>();
  for (const step of steps) {
    const change = changeOf(step);
    if (change && !changes.has(step.urn)) changes.set(step.urn, change);
  }
  const order = (change: ResourceChange) => actions.indexOf(change.action);
  return {
    changes: [...changes.values()].sort(
      (a, b) => order(a) - order(b) || a.type.localeCompare(b.type) || a.name.localeCompare(b.name),
    ),
    errors: messages(diagnostics, "error"),
    warnings: messages(diagnostics, "warning"),
  };
}

function changeOf(step: PreviewStep): ResourceChange | undefined {
  const action = actionOf[step.op];
  const state = step.newState ?? step.oldState;
  if (!action || !state || state.custom === false) return undefined;
  const properties = action === "update" || action === "replace" ? changesOf(step) : [];
  if (action === "update" && properties.length === 0) return undefined;
  return {
    action,
    type: shortType(state.type),
    name: nameOf(step),
    properties,
    atRisk: action === "replace" || action === "delete" ? dataHeldBy(state.type) : undefined,
  };
}

/** `kubernetes:core/v1:Secret` → `core/v1:Secret`, `aws:s3/bucket:Bucket` → `s3:Bucket`. */
function shortType(type: string): string {
  const [provider, module = "", name = ""] = type.split(":");
  if (provider === "kubernetes") return `${module}:${name}`;
  if (provider === "pulumi") return type;
  return `${module.split("/")[0]}:${name}`;
}

function nameOf({ urn, newState, oldState }: PreviewStep): string {
  const name = urn.split("::").at(-1) ?? urn;
  const metadata = (newState ?? oldState)?.inputs?.["metadata"] as
    { name?: unknown; namespace?: unknown } | undefined;
  if (typeof metadata?.name !== "string") return name;
  const inCluster =
    typeof metadata.namespace === "string" ? `${metadata.namespace}/${metadata.name}` : metadata.name;
  return inCluster === name ? name : `${name} (${inCluster})`;
}

/** About Pulumi's own installation, not about the stack; or said by another message already. */
const noise = [
  /^resource plugin \S+ is expected to have version/,
  /^using pulumi-\S+ from \$PATH/,
  /^A new version of Pulumi is available/,
  /^preview failed$/,
];

// eslint-disable-next-line no-control-regex -- the escape character is what is looked for
const ansi = /\u001b\[[0-9;]*m/g;

function messages(
  diagnostics: NonNullable<PreviewDigest["diagnostics"]>,
  severity: "error" | "warning",
): string[] {
  const texts = diagnostics
    .filter((diagnostic) => diagnostic.severity === severity)
    .map(({ urn, message = "" }) => {
      const text = message
        .replace(ansi, "")
        .replace(/^(error|warning): /, "")
        .trim();
      return { name: urn?.split("::").at(-1), text };
    })
    .filter(({ text }) => text !== "" && !noise.some((pattern) => pattern.test(text)))
    .map(({ name, text }) => (name ? `${name}: ${text}` : text));
  return [...new Set(texts)];
}

/** `true` where the preview itself failed: the list of changes is not complete then. */
export const hasFailed = ({ diagnostics = [] }: PreviewDigest): boolean =>
  diagnostics.some(({ severity }) => severity === "error");

/** The replacements and deletions that may take data with them. */
export const dataAtRisk = (digest: PreviewDigest): ResourceChange[] =>
  summarize(digest).changes.filter(({ atRisk }) => atRisk !== undefined);
