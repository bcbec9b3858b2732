import type { Dashboard, DashboardOptions } from "./dashboard.ts";
import { stackHealth } from "./stack-health.ts";

/** Every dashboard of the stack. */
export const dashboards = (options: DashboardOptions): Dashboard[] => [stackHealth(options)];
