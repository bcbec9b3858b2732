import type { Findings } from "../findings.ts";
import type { Resource } from "../provider.ts";
import { objectAt, omit, stringAt } from "../values.ts";
import type { Properties } from "../values.ts";
import type { ReleaseName } from "./helm.ts";
import { fieldManager } from "./object.ts";
import { describe, isLeaving, referenceOf } from "./objects.ts";
import type { Objects } from "./objects.ts";

const crdType = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
const label = "local.autoweave/release";
const deleteTimeoutSeconds = 120;

/**
 * The CRDs that a release brings without helm's doing: those of `crds/` folders, which helm never upgrades or removes, and
 * those of a release that is only recorded. They carry the release's label.
 */
export class ReleaseCrds {
  readonly #objects: Objects;
  readonly #findings: Findings;

  constructor(objects: Objects, findings: Findings) {
    this.#objects = objects;
    this.#findings = findings;
  }

  /** Returns when all are established. CRDs that another release brought are left to it. */
  async apply(
    resource: Resource,
    release: ReleaseName,
    crds: readonly Properties[],
    signal: AbortSignal,
  ): Promise<void> {
    await Promise.all(crds.map((crd) => this.#applyOne(resource, release, crd, signal)));
  }

  /** Whether all are there to stay. */
  async areComplete(crds: readonly Properties[]): Promise<boolean> {
    const live = await Promise.all(crds.map((crd) => this.#objects.metadata(referenceOf(crd))));
    return live.every((crd) => crd !== undefined && !isLeaving(crd));
  }

  /** Returns when they are gone. */
  async delete(release: ReleaseName, signal: AbortSignal): Promise<void> {
    const crds = await this.#objects.clusterWide(crdType, `${label}=${labelValue(release)}`);
    await Promise.all(crds.map((crd) => this.#objects.delete(crd, deleteTimeoutSeconds, signal)));
  }

  async #applyOne(
    resource: Resource,
    release: ReleaseName,
    crd: Properties,
    signal: AbortSignal,
  ): Promise<void> {
    const object = omit(crd, "status");
    const reference = referenceOf(object);
    await this.#objects.settled(reference, deleteTimeoutSeconds, signal);
    const live = await this.#objects.metadata(reference);
    if (live && stringAt(labelsOf(live), label) !== labelValue(release)) return;
    const metadata = objectAt(object, "metadata");
    const labels = { ...labelsOf(object), [label]: labelValue(release) };
    const { warnings } = await this.#objects.apply(
      { ...object, metadata: { ...metadata, labels } },
      fieldManager(resource),
      { dryRun: false },
    );
    for (const message of warnings) {
      const finding = { urn: resource.urn, object: describe(reference), message, preview: false };
      await this.#findings.add({ kind: "warning", ...finding });
    }
    await this.#objects.established(reference, signal);
  }
}

const labelsOf = (object: Properties): Properties => objectAt(objectAt(object, "metadata"), "labels");

const labelValue = ({ namespace, name }: ReleaseName): string => `${namespace}.${name}`.slice(0, 63);
