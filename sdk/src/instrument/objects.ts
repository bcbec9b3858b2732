/** Has properties. */
export const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Has properties, and may be a class or a module that is a function too. */
export const isObjectOrFunction = (value: unknown): value is object =>
  isObject(value) || typeof value === "function";
