import { isDeepStrictEqual } from "node:util";
import { changes } from "../changes.ts";
import type { Change } from "../changes.ts";
import { liveInputs } from "../drift.ts";
import { nameSuffix } from "../naming.ts";
import type { ResourceHandler } from "../provider.ts";
import { stringAt } from "../values.ts";
import type { Json, Properties } from "../values.ts";
import type { AwsClients } from "./clients.ts";

/** One resource as the AWS API is to see it. */
export interface Target {
  clients: AwsClients;
  region: string;
  urn: string;
  inputs: Properties;
}

/** A type of AWS resource. Every method throws what the AWS API answers. */
export interface AwsType {
  /** For example `aws:s3/bucket:Bucket`. */
  type: string;
  /**
   * The inputs that are known here: changed in place, only with a new resource, or kept in the state alone (AWS does not
   * hold them). Any other input is refused.
   */
  inputs: Record<string, "update" | "replace" | "state">;
  /** The input that gets a generated name when the program gives none, and what that name begins with. */
  naming?: { input: string; prefix?: string };
  /** Makes it, or goes on with what a killed command had made. Returns the id. */
  create(target: Target): Promise<string>;
  update(target: Target, id: string): Promise<void>;
  /** Undefined when it is gone. */
  describe(target: Target, id: string): Promise<Description | undefined>;
  /** What is gone already is no error. */
  remove(target: Target, id: string): Promise<void>;
}

export interface Description {
  /** What AWS holds, in the shape of the inputs. */
  live: Properties;
  /** Outputs that are no inputs. */
  computed: Properties;
}

export function awsHandler(type: AwsType, clients: AwsClients): ResourceHandler {
  const inState = Object.keys(type.inputs).filter((key) => type.inputs[key] === "state");
  const target = (urn: string, inputs: Properties): Target => ({
    clients,
    urn,
    inputs,
    region: stringAt(inputs, "region") ?? clients.defaultRegion,
  });
  const outputs = async (at: Target, id: string): Promise<Properties> => {
    const described = await type.describe(at, id);
    if (!described) throw new Error(`${type.type} ${id} is gone right after it was made.`);
    return { ...at.inputs, region: at.region, ...described.computed };
  };

  return {
    check: ({ urn, name, old, inputs }) => {
      const foreign = Object.keys(inputs).filter((key) => key !== "region" && !(key in type.inputs));
      if (foreign.length > 0) {
        throw new Error(
          `${type.type}: the embedded environment does not know ${foreign.join(", ")}. ` +
            `Add it to the type's file in local/providers/aws/.`,
        );
      }
      if (!type.naming) return Promise.resolve(inputs);
      const { input, prefix = "" } = type.naming;
      const generated = `${prefix}${name.toLowerCase()}-${nameSuffix(urn)}`;
      return Promise.resolve({ ...inputs, [input]: inputs[input] ?? old[input] ?? generated });
    },

    diff: ({ oldInputs, inputs }) => {
      const changed = changes(oldInputs, withOldText(oldInputs, inputs));
      const replaces = changed.filter(
        ({ path }) => path[0] === "region" || type.inputs[String(path[0])] === "replace",
      );
      // With a name that stays the same there can be only one of the two.
      const deleteBeforeReplace = !movesAway(type, changed);
      return Promise.resolve({ changes: changed, replaces, deleteBeforeReplace });
    },

    create: async ({ urn, inputs, preview }) => {
      const at = target(urn, inputs);
      if (preview) return { id: "", outputs: { ...inputs, region: at.region } };
      const id = await type.create(at);
      return { id, outputs: await outputs(at, id) };
    },

    update: async ({ urn, id, oldOutputs, inputs, preview }) => {
      const at = target(urn, inputs);
      if (preview) return { ...oldOutputs, ...inputs };
      await type.update(at, id);
      return outputs(at, id);
    },

    read: async ({ urn, id, oldInputs, oldOutputs }) => {
      const region = oldInputs["region"] ?? oldOutputs["region"];
      const at = target(urn, { ...oldInputs, ...(region !== undefined && { region }) });
      const described = await type.describe(at, id);
      if (!described) return undefined;
      const kept = Object.fromEntries([...inState, "region"].map((key) => [key, oldInputs[key]]));
      const live = withOldText(oldInputs, { ...described.live, ...kept });
      const isImport = Object.keys(oldInputs).length === 0;
      const inputs = isImport ? live : liveInputs(oldInputs, oldInputs, live);
      return { id, inputs, outputs: { ...inputs, region: at.region, ...described.computed } };
    },

    delete: ({ urn, id, oldInputs, oldOutputs }) => {
      const region = oldInputs["region"] ?? oldOutputs["region"];
      return type.remove(target(urn, { ...oldInputs, ...(region !== undefined && { region }) }), id);
    },
  };
}

/** A JSON text (a policy) that says the same in other words keeps the old words. */
function withOldText(old: Properties, properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, saysTheSame(old[key], value) ? old[key] : value]),
  );
}

const saysTheSame = (a: Json | undefined, b: Json | undefined): boolean =>
  typeof a === "string" &&
  typeof b === "string" &&
  a.startsWith("{") &&
  isDeepStrictEqual(parsed(a), parsed(b));

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Whether the new resource gets another place than the old one: another name, parent or region. */
const movesAway = (type: AwsType, changed: Change[]): boolean =>
  changed.some(({ path }) => path[0] === "region" || path[0] === type.naming?.input || path[0] === "bucket");
