/** What became of records that were accepted, each told from the others by its name. */
export interface Account<Item> {
  accepted: number;
  stored: number;
  /** Accepted and not found. */
  lost: Item[];
  /** Found more than once: how often too much. */
  repeated: number;
  /** Found and never accepted. */
  foreign: string[];
}

/** Holds what was accepted against the names that were found, each as often as it was. */
export function accountOf<Item extends { name: string }>(
  accepted: readonly Item[],
  found: readonly string[],
): Account<Item> {
  const known = new Set(accepted.map(({ name }) => name));
  const distinct = new Set(found);
  const lost = accepted.filter(({ name }) => !distinct.has(name));
  return {
    accepted: accepted.length,
    stored: accepted.length - lost.length,
    lost,
    repeated: found.length - distinct.size,
    foreign: [...distinct].filter((name) => !known.has(name)),
  };
}
