/** What can be wrong with the demo on purpose. Imports nothing: the command that asks for faults reads this too. */
export interface FaultKind {
  /** What it does, in a sentence without its subject. `{ms}` and `{share}` stand for the settings. */
  readonly does: string;
  /** Whether it is of one tenant, which must be named, or of the hub as a whole. */
  readonly of: "tenant" | "hub";
  /** How bad it may be: in ms, or a share in per cent. */
  readonly setting?: { readonly name: "ms" | "share"; readonly default: number; readonly most: number };
}

export const faultKinds = {
  "usb-slow": {
    does: "devices take {ms} ms to answer each transfer",
    of: "tenant",
    setting: { name: "ms", default: 110, most: 5_000 },
  },
  "plugin-slow": {
    does: "a plugin is rolled out again and again that takes {ms} ms to load",
    of: "tenant",
    setting: { name: "ms", default: 300, most: 10_000 },
  },
  errors: {
    does: "{share} % of the transfers of devices fail or bring nonsense, and with them what is made of it",
    of: "tenant",
    setting: { name: "share", default: 10, most: 100 },
  },
  down: { does: "the hub says that it is not ready", of: "hub" },
  flap: { does: "a device comes and goes twice in a second", of: "tenant" },
  leak: {
    does: "the hub takes memory until its telemetry has to give way, and lets go of it afterwards",
    of: "hub",
  },
  "log-storm": { does: "the hub logs thousands of errors with their stacks each second", of: "tenant" },
  cardinality: { does: "new values become labels of one metric, nearly 200 each second", of: "tenant" },
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof faultKinds;

/** A fault as it is asked for. */
export interface FaultOrder {
  readonly fault: FaultName;
  /** Of a tenant's fault. */
  readonly tenant?: string;
  readonly seconds: number;
  readonly ms?: number;
  /** In per cent. */
  readonly share?: number;
}

/** A fault that is under way. */
export interface RunningFault extends FaultOrder {
  readonly id: string;
  /** When it will be over, as ISO 8601. */
  readonly until: string;
}

/** Which of the faults that are under way: what is absent does not matter. */
export type FaultSelection = Partial<Pick<RunningFault, "id" | "tenant">> & { readonly fault?: string };

const longestSeconds = 4 * 3_600;

/**
 * Makes an order of what somebody gave, with the defaults.
 * @throws Error whose message is what is wrong and what is right.
 */
export function readOrder(given: Readonly<Record<string, unknown>>, tenants: readonly string[]): FaultOrder {
  const { fault, tenant, seconds = 300 } = given;
  const names = Object.keys(faultKinds).join(", ");
  if (typeof fault !== "string" || !Object.hasOwn(faultKinds, fault)) {
    throw new Error(`There is no fault ${String(fault)}: it is one of ${names}.`);
  }
  const kind: FaultKind = faultKinds[fault as FaultName];
  if (kind.of === "tenant" && !(typeof tenant === "string" && tenants.includes(tenant))) {
    const whose =
      tenant === undefined ? "is a tenant's: name one" : `knows no tenant ${String(tenant)}: it is one`;
    throw new Error(`The fault ${fault} ${whose} of ${tenants.join(", ")}.`);
  }
  if (kind.of === "hub" && tenant !== undefined) {
    throw new Error(`The fault ${fault} is of the hub as a whole: name no tenant.`);
  }
  requireNumber("the time in seconds", seconds, 1, longestSeconds);
  for (const name of ["ms", "share"] as const) {
    if (given[name] !== undefined && kind.setting?.name !== name)
      throw new Error(`The fault ${fault} takes no ${name}.`);
  }
  const order = {
    fault: fault as FaultName,
    seconds,
    ...(kind.of === "tenant" ? { tenant: tenant as string } : {}),
  };
  if (!kind.setting) return order;
  const { name, default: usual, most } = kind.setting;
  const value = given[name] ?? usual;
  requireNumber(name, value, 1, most);
  return { ...order, [name]: value };
}

function requireNumber(what: string, value: unknown, least: number, most: number): asserts value is number {
  if (typeof value === "number" && value >= least && value <= most) return;
  throw new Error(`${what} is a number from ${least} to ${most}, not ${String(value)}.`);
}

/** What a fault does, in words. */
export const describeFault = ({ fault, ms, share }: FaultOrder): string =>
  faultKinds[fault].does.replace("{ms}", String(ms)).replace("{share}", String(share));
