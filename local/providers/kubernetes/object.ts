import { ApiError } from "../../api-server.ts";
import type { Answer } from "../../api-server.ts";
import { changes } from "../changes.ts";
import { liveInputs } from "../drift.ts";
import type { Findings } from "../findings.ts";
import { nameSuffix } from "../naming.ts";
import type { CheckRequest, Diff, DiffRequest, Resource, ResourceHandler } from "../provider.ts";
import { containsUnknown, isObject, objectAt, omit, secret, stringAt } from "../values.ts";
import type { Properties } from "../values.ts";
import { changesOfIdentity, immutableChanges, isImmutable } from "./immutable.ts";
import { describe, isLeaving, referenceOf, UnknownKindError } from "./objects.ts";
import type { Objects, Reference } from "./objects.ts";
import { isOwned, owned, withoutOwner } from "./ownership.ts";

const autonamed = "pulumi.com/autonamed";
const defaultTimeoutSeconds = 300;

/** Any object that the API server knows: server-side apply in, the live object out. */
export function kubernetesObject(objects: Objects, findings: Findings): ResourceHandler {
  const apply = async (resource: Resource, inputs: Properties, preview: boolean): Promise<Properties> => {
    const object = describe(referenceOf(inputs));
    try {
      const { body, warnings } = await applyOwned(objects, resource, inputs, {
        dryRun: preview,
      });
      for (const message of warnings) {
        await findings.add({ kind: "warning", urn: resource.urn, object, message, preview });
      }
      return outputsOf(body);
    } catch (error) {
      if (error instanceof ApiError && !(preview && isUnsettled(error))) {
        await findings.add({ kind: "rejected", urn: resource.urn, object, message: error.message, preview });
        throw new Error(`${object}: ${error.message}`, { cause: error });
      }
      throw error;
    }
  };

  /** What the API server would make of the inputs; the inputs themselves where it cannot tell yet. */
  const preview = async (resource: Resource, inputs: Properties): Promise<Properties> => {
    if (containsUnknown(inputs)) return inputs;
    try {
      return omit(await apply(resource, inputs, true), "status");
    } catch (error) {
      if (isUnsettled(error)) return inputs;
      throw error;
    }
  };

  return {
    check: ({ urn, name, type, old, inputs }: CheckRequest): Promise<Properties> => {
      refuseOtherShapes(type, inputs);
      return Promise.resolve(withName(urn, name, old, inputs));
    },

    diff: async (request: DiffRequest): Promise<Diff> => {
      const changed = changes(request.oldInputs, request.inputs);
      const sameName = sameReference(referenceOf(request.oldInputs), referenceOf(request.inputs));
      const replaced = changesOfIdentity(changed);
      if (changed.length === 0 || replaced.length > 0 || containsUnknown(request.inputs)) {
        return { changes: changed, replaces: replaced, deleteBeforeReplace: sameName };
      }
      try {
        await applyOwned(objects, request, request.inputs, { dryRun: true });
      } catch (error) {
        // Anything but an immutable field is the update's to report, which previews too.
        const immutable = isImmutable(error) ? immutableChanges(error, changed) : [];
        return { changes: changed, replaces: immutable, deleteBeforeReplace: true };
      }
      return { changes: changed, replaces: [], deleteBeforeReplace: false };
    },

    create: async (request) => {
      const reference = referenceOf(request.inputs);
      if (!containsUnknown(request.inputs)) await refuseOthers(objects, request, reference);
      if (request.preview) return { id: "", outputs: await preview(request, request.inputs) };
      await settled(objects, reference, request.timeoutSeconds || defaultTimeoutSeconds, request.signal);
      const outputs = await apply(request, request.inputs, false);
      if (reference.kind === "CustomResourceDefinition") await objects.established(reference, request.signal);
      return { id: idOf(outputs), outputs };
    },

    update: (request) =>
      request.preview ? preview(request, request.inputs) : apply(request, request.inputs, false),

    read: async (request) => {
      const reference = { ...typeOf(request.type, request.oldInputs), ...fromId(request.id) };
      const live = await getIfServed(objects, reference);
      if (!live || isLeaving(live)) return undefined;
      const outputs = outputsOf(live);
      const inputs = request.oldInputs;
      if (Object.keys(inputs).length === 0) return { id: request.id, inputs: outputs, outputs };
      const intended = await applyOwned(objects, request, inputs, { dryRun: true })
        .then(({ body }) => body)
        .catch((error: unknown) => {
          // An immutable field that differs: what was applied is the best that is known.
          if (error instanceof ApiError && error.code === 422) return manifest(inputs);
          throw error;
        });
      return {
        id: request.id,
        inputs: liveInputs(inputs, withStringData(intended), withStringData(live)),
        outputs,
      };
    },

    delete: (request) =>
      objects.delete(
        { ...typeOf(request.type, request.oldInputs), ...fromId(request.id) },
        request.timeoutSeconds || defaultTimeoutSeconds,
        request.signal,
      ),
  };
}

/** One per stack, as managers of fields are names of programs at work. */
export const fieldManager = ({ urn }: Pick<Resource, "urn">): string =>
  `pulumi-${urn.split("::")[0]?.replace("urn:pulumi:", "") ?? ""}`;

const applyOwned = (
  objects: Objects,
  resource: Resource,
  inputs: Properties,
  options: { dryRun: boolean },
): Promise<Answer> => objects.apply(owned(manifest(inputs), resource.urn), fieldManager(resource), options);

/**
 * An object that is there already is taken over only if it is this very resource: then a command was killed before it
 * could write that down, and this one goes on.
 */
async function refuseOthers(objects: Objects, resource: Resource, reference: Reference): Promise<void> {
  const live = await getIfServed(objects, reference);
  if (!live || isLeaving(live) || isOwned(live, resource.urn)) return;
  throw new Error(
    `${describe(reference)} exists already, made by somebody else. Delete it, or take it over with: ` +
      `pulumi import ${resource.type} ${resource.name} ${idOf(live)}`,
  );
}

/** With its CRD every object of a kind is gone. */
async function settled(
  objects: Objects,
  reference: Reference,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  try {
    await objects.settled(reference, timeoutSeconds, signal);
  } catch (error) {
    if (!(error instanceof UnknownKindError)) throw error;
  }
}

async function getIfServed(objects: Objects, reference: Reference): Promise<Properties | undefined> {
  try {
    return await objects.get(reference);
  } catch (error) {
    if (error instanceof UnknownKindError) return undefined;
    throw error;
  }
}

/**
 * What a preview cannot judge, as the update itself makes way for it: a kind or a namespace comes with it, or the old
 * object with its immutable fields goes.
 */
const isUnsettled = (error: unknown): boolean =>
  error instanceof UnknownKindError ||
  (error instanceof ApiError && error.code === 404) ||
  isImmutable(error);

function refuseOtherShapes(type: string, inputs: Properties): void {
  const kind = type.split(":")[2];
  if (stringAt(inputs, "apiVersion") && stringAt(inputs, "kind") === kind) return;
  throw new Error(
    `The embedded environment has no handler for ${type}: it knows objects with apiVersion and kind, and Helm releases. ` +
      `Add one to local/providers/kubernetes/index.ts.`,
  );
}

function withName(urn: string, name: string, old: Properties, inputs: Properties): Properties {
  const metadata = objectAt(inputs, "metadata");
  if (metadata["name"] ?? metadata["generateName"]) return inputs;
  const previous = isAutonamed(old) ? stringAt(objectAt(old, "metadata"), "name") : undefined;
  return {
    ...inputs,
    metadata: {
      ...metadata,
      name: previous ?? `${name.toLowerCase()}-${nameSuffix(urn)}`,
      annotations: { ...objectAt(metadata, "annotations"), [autonamed]: "true" },
    },
  };
}

const isAutonamed = (inputs: Properties): boolean =>
  objectAt(objectAt(inputs, "metadata"), "annotations")[autonamed] === "true";

const sameReference = (a: Reference, b: Reference): boolean =>
  a.kind === b.kind && a.name === b.name && (a.namespace ?? "default") === (b.namespace ?? "default");

const idOf = (object: Properties): string => {
  const { namespace, name } = referenceOf(object);
  return namespace ? `${namespace}/${name}` : name;
};

const fromId = (id: string): { name: string; namespace?: string } => {
  const [first = "", second] = id.split("/");
  return second === undefined ? { name: first } : { namespace: first, name: second };
};

/** A resource that is only read has no inputs: its type token says what it is (`kubernetes:core/v1:Namespace`). */
function typeOf(type: string, inputs: Properties): { apiVersion: string; kind: string } {
  const [, groupVersion = "", kind = ""] = type.split(":");
  return {
    apiVersion: stringAt(inputs, "apiVersion") ?? groupVersion.replace(/^core\//, ""),
    kind: stringAt(inputs, "kind") ?? kind,
  };
}

/**
 * What is sent to the API server. It never lets go of a key that came as `stringData`, which is write-only: such keys go
 * as `data`.
 */
export function manifest(inputs: Properties): Properties {
  const { stringData, ...object } = inputs;
  if (!isSecret(inputs) || !isObject(stringData)) return inputs;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString("base64"),
  ]);
  return { ...object, data: { ...objectAt(object, "data"), ...(Object.fromEntries(encoded) as Properties) } };
}

/** The live object without what only the server keeps; what a Secret holds stays secret. */
function outputsOf(live: Properties): Properties {
  const object = withoutOwner(live);
  const outputs = { ...object, metadata: omit(objectAt(object, "metadata"), "managedFields") };
  return isSecret(object) && object["data"] ? { ...outputs, data: secret(object["data"]) } : outputs;
}

const isSecret = (object: Properties): boolean =>
  object["kind"] === "Secret" && object["apiVersion"] === "v1";

/** `data` once more as `stringData`, to be compared with inputs that use it. */
function withStringData(object: Properties): Properties {
  if (!isSecret(object)) return object;
  const decoded = Object.entries(objectAt(object, "data")).map(([key, value]) => [
    key,
    Buffer.from(String(value), "base64").toString(),
  ]);
  return { ...object, stringData: Object.fromEntries(decoded) as Properties };
}
