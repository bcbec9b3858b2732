import { mebibytes } from "../quantities.ts";
import type { Resources } from "../sizes.ts";

/** Keeps a Go program's heap below its container's limit, so that it collects garbage rather than being killed. */
export const goMemoryLimit = ({ limits }: Resources) => ({
  name: "GOMEMLIMIT",
  value: `${Math.floor(mebibytes(limits.memory) * 0.8)}MiB`,
});
