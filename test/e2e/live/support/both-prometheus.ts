import type { Live } from "../../../support/live.ts";

/** What each Prometheus of a live stack, which knows every tenant, answers at a path of its API. */
export const askBothPrometheus = <T>(live: Live, path: string): Promise<T[]> =>
  Promise.all(
    ["prometheus-http", "long-term-prometheus-http"].map(
      async (port) => (await (await fetch(`${live.direct(port)}/api/v1/${path}`)).json()) as T,
    ),
  );
