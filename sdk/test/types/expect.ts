/**
 * What the files in this folder promise is checked by `npm run check:types`, and by nothing at run time: `@ts-expect-error` fails
 * where there is no error.
 */
export declare function expectType<Expected>(): <Given>(
  value: Given,
  ...same: Same<Given, Expected> extends true ? [] : [never]
) => void;

/** Whether two types are the same, and not only assignable to each other. */
export type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

export type IsTrue<Condition extends true> = Condition;
