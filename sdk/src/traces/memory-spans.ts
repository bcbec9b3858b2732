import { SpanKind } from "@opentelemetry/api";
import { attributes, genAiOperations, type MemoryOperation, spanNames } from "../names/index.ts";
import { namePart, type SpanArgs, type SpanDescription } from "./descriptions.ts";

export interface MemorySpanArgs extends SpanArgs {
  operation: MemoryOperation;
  /** Which store of the memory system. */
  storeId?: string | undefined;
}

export function describeMemory(args: MemorySpanArgs): SpanDescription {
  const operation = namePart(args.operation);
  return {
    name: spanNames.memory(operation),
    kind: SpanKind.CLIENT,
    attributes: {
      [attributes.memoryOperation]: Object.hasOwn(genAiOperations, operation)
        ? genAiOperations[operation as MemoryOperation]
        : operation,
      [attributes.memoryStoreId]: args.storeId,
    },
  };
}
