import { objectAt, omit, stringAt } from "../values.ts";
import type { Properties } from "../values.ts";

// Not part of what the program declares: it lets the next command find what a killed one had made but not written down.
// (managedFields do not tell: the API server notes no manager who sets nothing but the name.)
const owner = "local.autoweave/urn";

const annotationsOf = (object: Properties): Properties =>
  objectAt(objectAt(object, "metadata"), "annotations");

/** The object with the note which resource it is. */
export const owned = (object: Properties, urn: string): Properties => ({
  ...object,
  metadata: {
    ...objectAt(object, "metadata"),
    annotations: { ...annotationsOf(object), [owner]: urn },
  },
});

export const isOwned = (object: Properties, urn: string): boolean =>
  stringAt(annotationsOf(object), owner) === urn;

/** The object as the program knows it; no annotations at all where there are no others. */
export function withoutOwner(object: Properties): Properties {
  const metadata = objectAt(object, "metadata");
  if (!(owner in annotationsOf(object))) return object;
  const annotations = omit(annotationsOf(object), owner);
  const rest = omit(metadata, "annotations");
  return {
    ...object,
    metadata: Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest,
  };
}
