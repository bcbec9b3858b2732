/** What is used of graphql-js 16 and 17, which are never imported: an app may have either, and has it already. */
export interface Schema {
  getTypeMap(): Readonly<Record<string, NamedType>>;
}

/** Objects and interfaces have fields with resolvers; other types have none, or fields without. */
interface NamedType {
  readonly name: string;
  getFields?(): Readonly<Record<string, Field>>;
}

export interface Field {
  resolve?: unknown;
}

/** The fourth argument of a resolver. */
export interface ResolveInfo {
  readonly fieldName: string;
  readonly parentType: { readonly name: string };
  readonly path: Path;
  readonly operation: OperationNode;
  /** Made anew for every execution. */
  readonly variableValues: object;
}

export interface Path {
  readonly prev: Path | undefined;
  readonly key: string | number;
}

export interface OperationNode {
  readonly kind: "OperationDefinition";
  readonly operation: "query" | "mutation" | "subscription";
  readonly name?: { readonly value: string };
  readonly loc?: {
    readonly startToken: Token;
    readonly endToken: Token;
    readonly source: { readonly body: string };
  };
}

export interface Token {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  readonly next: Token | null;
}

export interface ExecutionArgs {
  readonly schema: Schema;
  readonly document: { readonly definitions: readonly { readonly kind: string }[] };
  readonly operationName?: string | null;
}
