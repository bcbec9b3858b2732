import assert from "node:assert/strict";
import { waitUntil } from "../../../../local/processes.ts";

/** Waits until nothing is missing; fails with what still is when the time is over. */
export async function untilNothingIsMissing(
  timeoutSeconds: number,
  missing: () => Promise<readonly string[]>,
): Promise<void> {
  let last: readonly string[] = [];
  const look = async () => (last = await missing()).length === 0;
  if (!(await waitUntil(look, timeoutSeconds, 500)))
    assert.deepEqual(last, [], `missing after ${timeoutSeconds} s`);
}
