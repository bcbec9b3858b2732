import { readFileSync } from "node:fs";

/** A customer of the demo. */
export interface Tenant {
  readonly id: string;
  /** What its requests carry as `Authorization: Bearer …`. */
  readonly apiKey: string;
  /** The USB bus that its devices hang on. */
  readonly usbBus: number;
}

/** Of the environment, which is all that configures the demo. Throws when it is not set. */
export function required(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`The environment variable ${variable} is not set: see local/demo/README.md.`);
  return value;
}

export const isOn = (variable: string): boolean => process.env[variable] === "true";

/** The tenants of `TENANTS_FILE`. */
export const readTenants = (): Tenant[] =>
  JSON.parse(readFileSync(required("TENANTS_FILE"), "utf8")) as Tenant[];

/** The key of `CONTROL_KEY_FILE`; undefined when faults are not to be had. */
export function readControlKey(): string | undefined {
  const file = process.env["CONTROL_KEY_FILE"];
  return file === undefined ? undefined : readFileSync(file, "utf8").trim();
}
