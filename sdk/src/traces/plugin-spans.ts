import { SpanKind } from "@opentelemetry/api";
import { attributes, type PluginOperation, spanNames } from "../names/index.ts";
import { namePart, type SpanArgs, type SpanDescription } from "./descriptions.ts";

export interface PluginSpanArgs extends SpanArgs {
  operation: PluginOperation;
  /** Name of the plugin. */
  plugin: string;
  /** Its version. */
  version?: string | undefined;
}

export function describePlugin(args: PluginSpanArgs): SpanDescription {
  return {
    name: spanNames.plugin(namePart(args.operation)),
    kind: SpanKind.INTERNAL,
    attributes: {
      [attributes.pluginName]: args.plugin,
      [attributes.pluginVersion]: args.version,
    },
  };
}
