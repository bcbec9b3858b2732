import { type Context, context, type Span, trace } from "@opentelemetry/api";
import { currentTenant } from "../../context/tenant.ts";
import { attributes, type PluginOperation } from "../../names/index.ts";
import { telemetry } from "../../telemetry.ts";
import { recordError } from "../../traces/errors.ts";
import type { PluginIdentity } from "./identity.ts";

const unknownName = "unknown";

/** One operation of a plugin, from its beginning to its end: a span and its metrics. Nothing in it throws. */
export class PluginRun {
  /** Has the span: what belongs to the operation runs in it. */
  readonly context: Context;
  readonly #operation: PluginOperation;
  readonly #tenantId = currentTenant();
  readonly #span: Span;
  readonly #startedMs = performance.now();
  readonly #lastedMs: number | null | undefined;
  #plugin: PluginIdentity;

  /** `lastedMs`: of one that is over, how long it took; `null` if that is not known. */
  constructor(operation: PluginOperation, plugin: PluginIdentity, lastedMs?: number | null) {
    this.#operation = operation;
    this.#plugin = plugin;
    this.#lastedMs = lastedMs;
    const { name = unknownName, version } = plugin;
    const startTime = lastedMs == null ? undefined : Date.now() - lastedMs;
    this.#span = telemetry.tracer.createPluginSpan({ operation, plugin: name, version, startTime });
    this.context = trace.setSpan(context.active(), this.#span);
  }

  /** Says more exactly which plugin it was. */
  identify({ name = this.#plugin.name, version = this.#plugin.version }: PluginIdentity): PluginIdentity {
    this.#plugin = { name, version };
    if (name !== undefined) this.#span.setAttribute(attributes.pluginName, name);
    if (version !== undefined) this.#span.setAttribute(attributes.pluginVersion, version);
    return this.#plugin;
  }

  succeed(): void {
    this.#end("success");
  }

  fail(error: unknown): void {
    recordError(this.#span, error);
    this.#end("error");
  }

  #end(outcome: "success" | "error"): void {
    const { metrics } = telemetry;
    const plugin = this.#plugin.name ?? unknownName;
    const operation = this.#operation;
    metrics.increment("pluginOperations", { plugin, operation, outcome }, 1, this.#tenantId);
    this.#span.end();
    if (this.#lastedMs === null) return;
    const seconds = (this.#lastedMs ?? performance.now() - this.#startedMs) / 1_000;
    metrics.observe("pluginOperationDuration", { plugin, operation }, seconds, this.#tenantId, this.#span);
    if (operation !== "load") return;
    metrics.observe("pluginLoadDuration", { plugin, outcome }, seconds, this.#tenantId, this.#span);
  }
}
