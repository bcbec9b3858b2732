import { objectAt, omit } from "../values.ts";
import type { Properties } from "../values.ts";
import { tagMap } from "./shape.ts";
import type { Tag } from "./shape.ts";

// Not part of what the program declares: it lets the next command find what a killed one had made but not written down.
const owner = "local.autoweave/urn";

/** The program's tags, and the one that says which resource this is. */
export const ownedTags = (inputs: Properties, urn: string): Record<string, string> => ({
  ...(objectAt(inputs, "tags") as Record<string, string>),
  [owner]: urn,
});

export const isOwned = (tags: Tag[] | undefined, urn: string): boolean => tagMap(tags)[owner] === urn;

/** The program's tags alone; undefined when there are none, as in inputs without tags. */
export function programTags(tags: Tag[] | undefined): Properties | undefined {
  const rest = omit(tagMap(tags), owner);
  return Object.keys(rest).length > 0 ? rest : undefined;
}

export const existsAlready = (what: string): Error =>
  new Error(`${what} exists already, made by somebody else. Delete it, or choose another name.`);
