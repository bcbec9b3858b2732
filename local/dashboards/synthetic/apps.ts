import type { Buckets } from "./process.ts";
import type { Series } from "./series.ts";
import { api, hub, runtime, worker } from "./services.ts";

export interface AppsOptions {
  tenants: readonly string[];
  /** The time that dashboards look at last, in seconds since 1970: what happened is told from there. */
  end: number;
  buckets: Buckets;
}

const hour = 3600;

/** Its successor comes when the last sample of a version is about to be too old. */
const takeoverSeconds = 120;

/** Series of AutoWeave's services, by the vocabulary: a deployment in the end's last hours, and an incident before it. */
export function apps({ tenants, end, buckets }: AppsOptions): Series[] {
  const deployed = end - 2 * hour;
  return tenants.flatMap((tenant, index) => {
    const incident = (seconds: number) => index === 0 && seconds > end - 5 * hour && seconds < end - 4 * hour;
    const size = 2 / (1 + index / 3);
    const versions = (service: string) => [
      { process: { tenant, service, version: "2.3.1", size, incident }, to: deployed },
      { process: { tenant, service, version: "2.4.0", size, incident }, from: deployed + takeoverSeconds },
    ];
    return [
      { service: "autoweave-hub", makes: hub },
      { service: "autoweave-worker", makes: worker },
      { service: "autoweave-api", makes: api },
    ].flatMap(({ service, makes }) =>
      versions(service).flatMap(({ process, ...lifetime }) =>
        [...makes(process, buckets), ...runtime(process)].map((series) => ({ ...series, ...lifetime })),
      ),
    );
  });
}
