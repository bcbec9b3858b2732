import type { Change } from "../changes.ts";
import { propertyPath } from "../changes.ts";
import { ApiError } from "../../api-server.ts";

/** What makes another object of it: the API server would answer with a second object, or none. */
const identity = new Set(["apiVersion", "kind", "metadata.name", "metadata.namespace"]);

// The wording of k8s.io/apimachinery and of the validations that have their own.
const refusals =
  /immutable|may not (be )?changed?|cannot (be )?changed?|updates? to .* (is|are) forbidden|may not change fields other than/i;

export const changesOfIdentity = (list: Change[]): Change[] =>
  list.filter((change) => identity.has(propertyPath(change.path)));

/** Whether an immutable field is all that the API server finds fault with. */
export const isImmutable = (error: unknown): error is ApiError =>
  error instanceof ApiError &&
  error.code === 422 &&
  causesOf(error).every((cause) => refusals.test(cause.message));

/**
 * The changes that a refused dry run says the object cannot take in place; none if anything else is wrong with it too,
 * because a replacement would not heal that.
 */
export function immutableChanges(error: ApiError, list: Change[]): Change[] {
  if (!isImmutable(error)) return [];
  const causes = causesOf(error);
  const refused = list.filter((change) => {
    const path = propertyPath(change.path);
    return causes.some(({ field }) => field !== "" && (path.startsWith(field) || field.startsWith(path)));
  });
  // The causes may name a field that is derived from the one that the program set (clusterIPs for clusterIP), or all of
  // spec: then what is below the same top-level key is meant.
  if (refused.length > 0) return refused;
  const tops = new Set(causes.map(({ field }) => field.split(/[.[]/)[0]));
  const below = list.filter((change) => tops.has(String(change.path[0])));
  return below.length > 0 ? below : list;
}

const causesOf = (error: ApiError): ApiError["causes"] =>
  error.causes.length > 0 ? error.causes : [{ field: "", message: error.message }];
