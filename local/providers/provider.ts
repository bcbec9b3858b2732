import type { Change } from "./changes.ts";
import type { Properties } from "./values.ts";

/** What every call about a resource says of it. */
export interface Resource {
  urn: string;
  /** For example `aws:s3/bucket:Bucket`. */
  type: string;
  /** The name in the program. */
  name: string;
}

export interface CheckRequest extends Resource {
  /** The inputs of the last update, empty for a new resource. */
  old: Properties;
  inputs: Properties;
}

export interface Existing extends Resource {
  id: string;
  oldInputs: Properties;
  oldOutputs: Properties;
}

export interface DiffRequest extends Existing {
  inputs: Properties;
}

interface Operation {
  /** Nothing is changed: the outputs are what can be told beforehand. */
  preview: boolean;
  /** Seconds that the program allows, 0 where it does not say. */
  timeoutSeconds: number;
  /** Aborted when the user interrupts the command. */
  signal: AbortSignal;
}

export interface CreateRequest extends Resource, Operation {
  inputs: Properties;
}

export interface UpdateRequest extends DiffRequest, Operation {}
export interface DeleteRequest extends Existing, Omit<Operation, "preview"> {}

export interface Diff {
  changes: Change[];
  /** Changes (by path) that the object cannot take in place. */
  replaces: Change[];
  /** The old object has to go before the new one can come, as both have the same name. */
  deleteBeforeReplace: boolean;
}

export interface State {
  id: string;
  outputs: Properties;
}

/** How objects of one type are made, changed and removed. Every method throws an error that says what to repair. */
export interface ResourceHandler {
  /** Inputs with defaults and names filled in. Default: as they are. */
  check?(request: CheckRequest): Promise<Properties>;
  diff(request: DiffRequest): Promise<Diff>;
  create(request: CreateRequest): Promise<State>;
  /** The outputs. */
  update(request: UpdateRequest): Promise<Properties>;
  /** Undefined when the object is gone. */
  read(request: Existing): Promise<(State & { inputs: Properties }) | undefined>;
  /** An object that is gone already is no error. */
  delete(request: DeleteRequest): Promise<void>;
}

/** What a gRPC server is made of: see server.ts. */
export interface Provider {
  /** The package's name: `kubernetes`, `aws`. */
  name: string;
  /** Of the package's SDK, which the engine compares with what the program uses. */
  version: string;
  /** @throws Error for a setting of the program's provider that cannot be honoured */
  configure?(settings: Properties): void;
  /** @throws Error for a type without a handler */
  handler(type: string): ResourceHandler;
  /** @throws Error for an unknown function */
  invoke(token: string, args: Properties): Promise<Properties>;
}
