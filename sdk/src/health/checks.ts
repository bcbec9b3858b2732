import type { Delivery } from "../delivery/record.ts";
import type { HealthCheck } from "./check.ts";

/** Whether a signal's backend answered the last request. Not to be critical: telemetry never takes the app down. */
export const backendCheck =
  ({ reachable }: { reachable: Delivery["reachable"] }): HealthCheck =>
  () => {
    const last = reachable();
    if (!last) return { ok: true, detail: "nothing sent yet" };
    const at = new Date(last.at).toISOString();
    return last.ok
      ? { ok: true }
      : { ok: false, detail: `${last.reason ?? "unreachable"} at ${at}; telemetry waits` };
  };

/** What the memory guard sheds at each level. */
const shed = ["", "most traces and debug logs", "all traces", "all but metrics"] as const;

/** Whether the memory guard lets everything through. Not to be critical. */
export const guardCheck =
  (level: () => number): HealthCheck =>
  () => {
    const now = level();
    return now === 0
      ? { ok: true }
      : { ok: false, detail: `level ${now}: sheds ${shed[now] ?? "telemetry"}` };
  };
