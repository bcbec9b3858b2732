import { business } from "./business.ts";
import { cost } from "./cost.ts";
import { type Dashboard, dashboard, type DashboardOptions } from "./dashboard.ts";
import { developer } from "./developer.ts";
import { operations } from "./operations.ts";
import { slo } from "./slo.ts";
import { tenant } from "./tenant.ts";

/** Every dashboard of the stack. */
export const dashboards = (options: DashboardOptions): Dashboard[] =>
  [developer, operations, business, tenant, slo, cost].map((definition) => dashboard(definition, options));
