import { ObservabilityConfigError } from "../options/error.ts";

/** More names than this are no help. */
const mostNames = 30;

/**
 * The error for an object that offers nothing to instrument.
 * @param what What it was given as, e.g. `USB daemon`.
 * @param lookedFor What would have done, each a line.
 */
export function notInstrumentable(what: string, lookedFor: readonly string[], given: unknown) {
  return new ObservabilityConfigError(
    "AUTOWEAVE_NOT_INSTRUMENTABLE",
    [
      `The ${what} has nothing to instrument. Looked for one of:`,
      ...lookedFor.map((line) => `  - ${line}`),
      `It is ${describe(given)}. Pass the object that has these, or record with the tracer and the metrics yourself.`,
    ].join("\n"),
  );
}

function describe(given: unknown): string {
  if (typeof given !== "object" && typeof given !== "function") return `a value of type ${typeof given}`;
  if (given === null) return "null";
  const methods = methodsOf(given);
  const name = nameOf(given);
  if (methods.length === 0) return `${name} without methods`;
  const more = methods.length > mostNames ? ", …" : "";
  return `${name} with the methods ${methods.slice(0, mostNames).join(", ")}${more}`;
}

const nameOf = (given: object): string => {
  const { constructor } = given;
  return typeof constructor === "function" && constructor.name ? `a ${constructor.name}` : "an object";
};

/** Names of its methods, its own and inherited, but not those that every object has. Getters are not called. */
function methodsOf(given: object): string[] {
  const names = new Set<string>();
  for (let owner: object | null = given; owner; owner = Reflect.getPrototypeOf(owner)) {
    if (owner === Object.prototype || owner === Function.prototype) break;
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (typeof value === "function" && name !== "constructor") names.add(name);
    }
  }
  return [...names];
}
