import { isDeepStrictEqual } from "node:util";
import { isObject } from "./values.ts";
import type { Json, Properties } from "./values.ts";

/**
 * The inputs as the live object has them: what the program set and what still holds stays as the program wrote it; what
 * somebody changed gets the live value; what nobody but the server set is left out.
 * @param intended the live object as it would be if the inputs were applied to it now (so that the server's own spelling
 *   of a value, such as `500m` for 0.5, is no drift)
 */
export function liveInputs(inputs: Properties, intended: Properties, live: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [key, liveValue(value, intended[key], live[key])]),
  );
}

function liveValue(
  input: Json | undefined,
  intended: Json | undefined,
  live: Json | undefined,
): Json | undefined {
  if (isDeepStrictEqual(intended, live)) return input;
  if (isObject(input) && isObject(intended) && isObject(live)) return liveInputs(input, intended, live);
  if (Array.isArray(input) && Array.isArray(intended) && Array.isArray(live)) {
    if (input.length === live.length && intended.length === live.length) {
      return input.map((item, i) => liveValue(item, intended[i], live[i]) ?? null);
    }
  }
  return live;
}
