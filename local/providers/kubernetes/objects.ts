import { setTimeout as delay } from "node:timers/promises";
import { ApiError } from "../../api-server.ts";
import type { Answer, ApiServer } from "../../api-server.ts";
import { isObject, objectAt, stringAt } from "../values.ts";
import type { Json, Properties } from "../values.ts";

export interface Reference {
  apiVersion: string;
  kind: string;
  /** Undefined for the default namespace, ignored for kinds that live in none. */
  namespace?: string;
  name: string;
}

interface Kind {
  plural: string;
  namespaced: boolean;
}

/** A kind that the API server does not serve (yet). */
export class UnknownKindError extends Error {
  constructor({ apiVersion, kind }: Reference) {
    super(
      `The API server serves no ${kind} in ${apiVersion}. If its CRD comes with a Helm release, let the resource depend on that release.`,
    );
  }
}

export const referenceOf = (object: Properties): Reference => {
  const metadata = objectAt(object, "metadata");
  const namespace = stringAt(metadata, "namespace");
  return {
    apiVersion: stringAt(object, "apiVersion") ?? "",
    kind: stringAt(object, "kind") ?? "",
    ...(namespace && { namespace }),
    name: stringAt(metadata, "name") ?? "",
  };
};

/** Whether the object's deletion has begun. */
export const isLeaving = (object: Properties): boolean =>
  stringAt(objectAt(object, "metadata"), "deletionTimestamp") !== undefined;

export const describe = ({ kind, namespace, name }: Reference): string =>
  `${kind} ${namespace ? `${namespace}/` : ""}${name}`;

/** Any Kubernetes object, by apiVersion, kind and name. */
export class Objects {
  readonly #api: ApiServer;
  readonly #kinds = new Map<string, Promise<Map<string, Kind>>>();

  constructor(api: ApiServer) {
    this.#api = api;
  }

  async get(reference: Reference): Promise<Properties | undefined> {
    return this.#api.get(await this.#path(reference));
  }

  /** The object with nothing but its metadata. */
  async metadata(reference: Reference): Promise<Properties | undefined> {
    return this.#api.getMetadata(await this.#path(reference));
  }

  /** @returns names of all objects of a kind that carry the label, in no namespace */
  async clusterWide(
    kind: Pick<Reference, "apiVersion" | "kind">,
    labelSelector: string,
  ): Promise<Reference[]> {
    const collection = await this.#path({ ...kind, name: "" });
    const list = await this.#api.get(`${collection}?labelSelector=${encodeURIComponent(labelSelector)}`);
    const items = list?.["items"];
    return (Array.isArray(items) ? items.filter(isObject) : []).map((item) => ({
      ...referenceOf(item),
      ...kind,
    }));
  }

  /**
   * Server-side apply with strict field validation; fields that others own are taken over.
   * @throws UnknownKindError, ApiError
   */
  async apply(object: Properties, fieldManager: string, options: { dryRun: boolean }): Promise<Answer> {
    return this.#api.apply(await this.#path(referenceOf(object)), object, { fieldManager, ...options });
  }

  /**
   * Returns when the object is gone.
   * @throws Error when it is still there after `timeoutSeconds`, with the finalizers that hold it
   */
  async delete(reference: Reference, timeoutSeconds: number, signal: AbortSignal): Promise<void> {
    let path: string;
    try {
      path = await this.#path(reference);
    } catch (error) {
      // With its CRD every object of a kind is gone.
      if (error instanceof UnknownKindError) return;
      throw error;
    }
    const live = await this.#api.getMetadata(path);
    if (!live) return;
    const isEmptyCrd = reference.kind === "CustomResourceDefinition" && (await this.#isEmptyCrd(path));
    const uid = stringAt(objectAt(live, "metadata"), "uid") ?? "";
    try {
      await this.#api.call({
        method: "DELETE",
        path,
        body: {
          kind: "DeleteOptions",
          apiVersion: "v1",
          propagationPolicy: "Background",
          preconditions: { uid },
        },
      });
    } catch (error) {
      // Another object of that name is there: ours is gone.
      if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return;
      throw error;
    }
    if (isEmptyCrd) await this.#skipCleanup(path);
    const last = await poll(timeoutSeconds, signal, async () => {
      const now = await this.#api.getMetadata(path);
      return now && stringAt(objectAt(now, "metadata"), "uid") === uid ? now : undefined;
    });
    if (last) throw new Error(stillThere(reference, last, timeoutSeconds));
  }

  async #isEmptyCrd(path: string): Promise<boolean> {
    const spec = objectAt((await this.#api.get(path)) ?? {}, "spec");
    const version = list(spec["versions"], isObject).find((it) => it["storage"] === true) ?? {};
    const groupVersion = groupVersionOf(spec, version);
    const plural = stringAt(objectAt(spec, "names"), "plural") ?? "";
    const objects = await this.#api.get(`${groupPath(groupVersion)}/${plural}?limit=1`);
    return objects !== undefined && list(objects["items"], isObject).length === 0;
  }

  /**
   * The API server looks for a CRD's objects before it lets the CRD go. While it is busy with other CRDs that fails, and is
   * tried again ever more seldom, for minutes. Where there are none it need not look.
   */
  async #skipCleanup(path: string): Promise<void> {
    try {
      await this.#api.call({
        method: "PATCH",
        path,
        contentType: "application/merge-patch+json",
        body: { metadata: { finalizers: null } },
      });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
    }
  }

  /**
   * Returns when the object is not on its way out (any more): a command that was killed may have begun its deletion.
   * @throws Error when it is still there after `timeoutSeconds`, with the finalizers that hold it
   */
  async settled(reference: Reference, timeoutSeconds: number, signal: AbortSignal): Promise<void> {
    const path = await this.#path(reference);
    const last = await poll(timeoutSeconds, signal, async () => {
      const now = await this.#api.getMetadata(path);
      return now && isLeaving(now) ? now : undefined;
    });
    if (last) throw new Error(stillThere(reference, last, timeoutSeconds));
  }

  /** Returns when the CRD's kind is served. */
  async established(crd: Reference, signal: AbortSignal): Promise<void> {
    const timeoutSeconds = 60;
    const last = await poll(timeoutSeconds, signal, async () => {
      const now = await this.get(crd);
      return hasCondition(now, "Established") && (await this.#isServed(now)) ? undefined : (now ?? {});
    });
    if (last) throw new Error(`${crd.name} is not established after ${String(timeoutSeconds)} s.`);
    this.#kinds.clear();
  }

  /** Whether the API server names the CRD's kind to those who ask what it serves: later than it takes objects of it. */
  async #isServed(crd: Properties | undefined): Promise<boolean> {
    const spec = objectAt(crd ?? {}, "spec");
    const served = list(spec["versions"], isObject).filter((version) => version["served"] === true);
    const kind = stringAt(objectAt(spec, "names"), "kind") ?? "";
    const kinds = await Promise.all(served.map((version) => this.#discover(groupVersionOf(spec, version))));
    return kinds.every((known) => known.has(kind));
  }

  async #path({ apiVersion, kind, namespace, name }: Reference): Promise<string> {
    const { plural, namespaced } = await this.#kind(apiVersion, kind);
    const place = namespaced ? `/namespaces/${namespace ?? "default"}` : "";
    return `${groupPath(apiVersion)}${place}/${plural}${name && `/${encodeURIComponent(name)}`}`;
  }

  async #kind(apiVersion: string, kind: string): Promise<Kind> {
    let served = this.#kinds.get(apiVersion);
    const known = (await served)?.get(kind);
    if (known) return known;
    // Not remembered: a CRD may have brought it since.
    served = this.#discover(apiVersion);
    this.#kinds.set(apiVersion, served);
    const found = (await served).get(kind);
    if (!found) throw new UnknownKindError({ apiVersion, kind, name: "" });
    return found;
  }

  async #discover(apiVersion: string): Promise<Map<string, Kind>> {
    const list = await this.#api.get(groupPath(apiVersion));
    const resources = list?.["resources"];
    return new Map(
      (Array.isArray(resources) ? resources.filter(isObject) : [])
        .filter((resource) => !stringAt(resource, "name")?.includes("/"))
        .map((resource) => [
          stringAt(resource, "kind") ?? "",
          { plural: stringAt(resource, "name") ?? "", namespaced: resource["namespaced"] === true },
        ]),
    );
  }
}

const groupVersionOf = (spec: Properties, version: Properties): string =>
  `${stringAt(spec, "group") ?? ""}/${stringAt(version, "name") ?? ""}`;

const groupPath = (apiVersion: string): string => (apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`);

function hasCondition(object: Properties | undefined, type: string): boolean {
  const conditions = objectAt(object ?? {}, "status")["conditions"];
  return (
    Array.isArray(conditions) &&
    conditions.some((c) => isObject(c) && c["type"] === type && c["status"] === "True")
  );
}

/** Asks until the answer is undefined; the last answer when the time is over. */
async function poll(
  timeoutSeconds: number,
  signal: AbortSignal,
  ask: () => Promise<Properties | undefined>,
): Promise<Properties | undefined> {
  const until = Date.now() + timeoutSeconds * 1000;
  for (let waitMs = 20; ; waitMs = Math.min(waitMs * 1.5, 500)) {
    const answer = await ask();
    if (!answer || Date.now() > until) return answer;
    await delay(waitMs, undefined, { signal });
  }
}

function stillThere(reference: Reference, live: Properties, timeoutSeconds: number): string {
  const finalizers = [
    ...list(objectAt(live, "metadata")["finalizers"], isString),
    ...list(objectAt(live, "spec")["finalizers"], isString),
  ];
  const why = finalizers.length > 0 ? ` Finalizers hold it: ${finalizers.join(", ")}.` : "";
  return `${describe(reference)} is still there ${String(timeoutSeconds)} s after its deletion.${why}`;
}

const isString = (value: unknown): value is string => typeof value === "string";

/** The items of the wanted type; none where there is no list. */
const list = <T extends Json>(value: Json | undefined, isWanted: (item: unknown) => item is T): T[] =>
  Array.isArray(value) ? value.filter(isWanted) : [];
