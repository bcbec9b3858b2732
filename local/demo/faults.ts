import { randomUUID } from "node:crypto";
import { getLogger, getMetrics, type ObservabilityManager, withTenant } from "@autoweave/observability";
import type { Bench } from "./bench.ts";
import {
  describeFault,
  type FaultName,
  type FaultOrder,
  type FaultSelection,
  type RunningFault,
} from "./fault-kinds.ts";
import type { PluginLoader } from "./plugin-loader.ts";
import type { Tenant } from "./settings.ts";

/** What faults work on. */
export interface Hub {
  readonly observability: ObservabilityManager;
  readonly tenants: readonly Tenant[];
  readonly pluginsOf: (tenantId: string) => PluginLoader;
  /** Absent: there are real devices only. */
  readonly bench: Bench | undefined;
}

/** Begins a fault; returns how it ends. */
type Begin = (order: Required<FaultOrder>, hub: Hub) => () => void;

const log = getLogger().child({ component: "faults" });

/** Calls `task` again and again; returns how to stop that. */
function every(ms: number, task: () => unknown): () => void {
  const timer = setInterval(task, ms);
  return () => clearInterval(timer);
}

/** A fault of a tenant's simulated devices: `begin` returns how it ends. */
const ofDevices =
  (begin: (bench: Bench, order: Required<FaultOrder>, tenant: Tenant) => () => void): Begin =>
  (order, { bench, tenants }) => {
    const tenant = tenants.find(({ id }) => id === order.tenant);
    if (!bench || !tenant) throw new Error("There are no simulated devices: set SIMULATE_DEVICES=true.");
    return begin(bench, order, tenant);
  };

const begins: Record<FaultName, Begin> = {
  "usb-slow": ofDevices((bench, { tenant, ms }) => {
    bench.behave(tenant, { answerMs: ms });
    return () => bench.behave(tenant, { answerMs: 0 });
  }),

  errors: ofDevices((bench, { tenant, share }) => {
    bench.behave(tenant, { faultyShare: share / 100 });
    return () => bench.behave(tenant, { faultyShare: 0 });
  }),

  flap: ofDevices((bench, _, tenant) => every(500, () => bench.replug(tenant, "scanner", 200))),

  "plugin-slow"({ tenant, ms }, { pluginsOf }) {
    const plugins = pluginsOf(tenant);
    const rollOut = () =>
      withTenant(tenant, () => plugins.reload("scale", { tareMs: String(ms), rollOut: randomUUID() }));
    const stop = every(Math.max(2_000, 2 * ms), rollOut);
    void rollOut();
    return () => {
      stop();
      void withTenant(tenant, () => plugins.reload("scale"));
    };
  },

  down(_, { observability }) {
    observability.addHealthCheck("fault", () => "told to be down");
    return () => observability.removeHealthCheck("fault");
  },

  leak(_, { observability }) {
    const most = observability.options.maxMemoryUsage;
    const step = most / 100;
    const leaked = new ArrayBuffer(0, { maxByteLength: most });
    const stop = every(200, () => {
      // Short of what ends the process, past what sheds all but metrics.
      if (process.memoryUsage.rss() > 0.94 * most) return;
      leaked.resize(leaked.byteLength + step);
      new Uint8Array(leaked, leaked.byteLength - step).fill(1);
    });
    return () => {
      stop();
      leaked.resize(0);
    };
  },

  "log-storm"({ tenant }) {
    const cause = new Error("the sea is rough");
    const err = new Error("the storm goes on", { cause: new Error("the wind blows", { cause }) });
    return every(25, () =>
      withTenant(tenant, () => {
        for (let line = 0; line < 100; line++) log.error({ err, line }, "storm");
      }),
    );
  },

  cardinality({ tenant }) {
    const parcels = getMetrics().counter("demo_parcels_total", {
      help: "Parcels, told apart as no metric should.",
      labels: ["parcel"],
    });
    return every(25, () =>
      withTenant(tenant, () => {
        for (let parcel = 0; parcel < 5; parcel++) parcels.increment({ parcel: randomUUID() });
      }),
    );
  },
};

interface Begun {
  readonly fault: RunningFault;
  readonly end: () => void;
  readonly timer: NodeJS.Timeout;
}

/** The faults that are under way. */
export class Faults {
  readonly #hub: Hub;
  readonly #begun = new Set<Begun>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  get running(): RunningFault[] {
    return [...this.#begun].map(({ fault }) => fault);
  }

  /** Takes the place of one of the same name and tenant. */
  start(order: FaultOrder): RunningFault {
    this.stop({ fault: order.fault, ...(order.tenant === undefined ? {} : { tenant: order.tenant }) });
    const end = begins[order.fault](order as Required<FaultOrder>, this.#hub);
    const lastsMs = order.seconds * 1_000;
    const until = new Date(Date.now() + lastsMs).toISOString();
    const begun: Begun = {
      fault: { ...order, id: randomUUID(), until },
      end,
      timer: setTimeout(() => this.#end(begun), lastsMs).unref(),
    };
    this.#begun.add(begun);
    log.warn({ fault: order.fault, until }, `on purpose: ${describeFault(order)}`);
    return begun.fault;
  }

  /** Ends those that are selected; returns them. */
  stop(selection: FaultSelection): RunningFault[] {
    const selected = [...this.#begun].filter(({ fault }) =>
      (["id", "fault", "tenant"] as const).every(
        (key) => selection[key] === undefined || selection[key] === fault[key],
      ),
    );
    for (const begun of selected) this.#end(begun);
    return selected.map(({ fault }) => fault);
  }

  #end(begun: Begun): void {
    clearTimeout(begun.timer);
    this.#begun.delete(begun);
    begun.end();
    log.info({ fault: begun.fault.fault }, "the fault is over");
  }
}
