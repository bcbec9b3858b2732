/** What `pulumi preview --json` prints: the parts that are shown. */
export interface PreviewDigest {
  steps?: PreviewStep[];
  diagnostics?: Diagnostic[];
}

export interface PreviewStep {
  /** `create`, `update`, `replace`, `delete`, `same`, … */
  op: string;
  urn: string;
  oldState?: ResourceState;
  newState?: ResourceState;
  /** Top-level properties that force a replacement. */
  replaceReasons?: string[] | null;
  /** By property path: what the provider says will change. */
  detailedDiff?: Record<string, PropertyDiff> | null;
}

interface ResourceState {
  type: string;
  /** False for components, which only group others. */
  custom?: boolean;
  inputs?: Properties;
  outputs?: Properties;
}

interface PropertyDiff {
  /** `add`, `update`, `delete`, each also with `-replace`. */
  kind: string;
  /** False where the live state differs from the inputs: drift. */
  inputDiff: boolean;
}

interface Diagnostic {
  urn?: string;
  message?: string;
  severity?: string;
}

export type Json = null | boolean | number | string | Json[] | Properties;
export interface Properties {
  [key: string]: Json | undefined;
}

export const isObject = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Reads the digest from the output of `pulumi preview --json`.
 * @throws Error when it is none, which means that Pulumi ended before it had a preview.
 */
export function parseDigest(text: string): PreviewDigest {
  let digest: unknown;
  try {
    digest = JSON.parse(text);
  } catch {
    digest = undefined;
  }
  if (isObject(digest) && ["steps", "diagnostics", "changeSummary"].some((key) => key in digest)) {
    return digest as PreviewDigest;
  }
  throw new Error(
    "This is not the output of `pulumi preview --json`: see what Pulumi said on standard error.",
  );
}
