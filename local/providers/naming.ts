import { createHash } from "node:crypto";

/**
 * The ending of a generated name, always the same for a resource: an object that a killed command made and did not write
 * down is found again under its name. Replacements delete the old object first.
 */
export const nameSuffix = (urn: string): string => createHash("sha256").update(urn).digest("hex").slice(0, 8);
