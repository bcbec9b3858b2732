import { type Context, context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { contextWithTenant, currentTenant, tenantOf } from "../../context/tenant.ts";
import { attributes, type Outcome, type UsbAction, usbActions } from "../../names/index.ts";
import { telemetry } from "../../telemetry.ts";
import { recordError } from "../../traces/errors.ts";
import type { DeviceIdentity } from "./device.ts";
import { usbErrorType } from "./error-type.ts";
import { isLogged, logOperation } from "./log.ts";
import { type Completion, completionOf, type Transfer, transferLabels } from "./transfer.ts";

/** Labels are made once for each kind of event. */
const labelsOf = Object.fromEntries(
  usbActions.map((action) => [
    action,
    { duration: { action }, success: { action, outcome: "success" }, error: { action, outcome: "error" } },
  ]),
) as Record<
  UsbAction,
  { duration: { action: UsbAction } } & Record<Outcome, { action: UsbAction; outcome: Outcome }>
>;

/** What is known of an operation besides its action and its device. */
export interface OperationDetails {
  /** It is a transfer, or the handling of one that is over. */
  readonly transfer?: Transfer | undefined;
  /** How the transfer ended that it handles. */
  readonly completion?: Completion | undefined;
  /** The method that was called, where the action does not tell. */
  readonly method?: string | undefined;
  /** The context that it comes about in. Default: the active one. */
  readonly within?: Context | undefined;
}

const noDetails: OperationDetails = {};

/**
 * A USB event, or a call that does something with a device: one span, its metrics, one log line. Ends with `succeed` or
 * `fail`, and with `handled` if there was something to handle. Nothing in it throws.
 */
export class USBOperation {
  /** Has the span, and the tenant: what belongs to the operation runs in it. */
  readonly context: Context;
  readonly transfer: Transfer | undefined;
  readonly #action: UsbAction;
  readonly #device: DeviceIdentity;
  readonly #completion: Completion | undefined;
  readonly #tenantId: string;
  readonly #span: Span;
  readonly #startedMs = performance.now();

  constructor(action: UsbAction, device: DeviceIdentity, details = noDetails) {
    const { transfer, completion, method, within = context.active() } = details;
    const { vendorId, productId, devicePath, tenantId } = device;
    const parent = tenantId === undefined ? within : contextWithTenant(within, tenantId);
    this.transfer = transfer;
    this.#action = action;
    this.#device = device;
    this.#completion = completion;
    this.#tenantId = tenantOf(parent) ?? currentTenant();
    this.#span = telemetry.tracer.createUSBEventSpan({
      action,
      vendorId,
      productId,
      devicePath,
      transfer,
      parent,
    });
    if (method !== undefined) this.#span.setAttribute(attributes.codeFunctionName, method);
    this.context = trace.setSpan(parent, this.#span);
  }

  /** How long it has been going on, in ms. */
  get elapsedMs(): number {
    return performance.now() - this.#startedMs;
  }

  /** Has been done. `result`: what a transfer resulted in, as `completionOf` reads it. */
  succeed(result?: unknown): void {
    if (!this.transfer) return this.#end(undefined, undefined, undefined);
    const completion = this.#completion ?? completionOf(result);
    const { fault, bytes = fault === undefined ? this.transfer.bytes : undefined } = completion;
    this.#measureTransfer(bytes);
    this.#end(fault, undefined, bytes);
  }

  /** Has failed. */
  fail(error: unknown): void {
    if (this.transfer) this.#measureTransfer(this.#completion?.bytes);
    this.#end(usbErrorType(error), error, undefined);
  }

  /** The event was handled, or the call answered, in that time. */
  handled(durationMs: number): void {
    const labels = labelsOf[this.#action].duration;
    telemetry.metrics.observe("usbEventDuration", labels, durationMs / 1_000, this.#tenantId, this.#span);
  }

  #measureTransfer(bytes: number | undefined): void {
    const labels = transferLabels(this.transfer ?? {});
    const ms = this.#completion ? this.#completion.durationMs : this.elapsedMs;
    const { metrics } = telemetry;
    if (ms !== undefined) {
      metrics.observe("usbTransferDuration", labels, ms / 1_000, this.#tenantId, this.#span);
    }
    if (bytes !== undefined) metrics.increment("usbTransferBytes", labels, bytes, this.#tenantId);
  }

  #end(errorType: string | undefined, error: unknown, bytes: number | undefined): void {
    const outcome = errorType === undefined ? "success" : "error";
    telemetry.metrics.increment("usbEvents", labelsOf[this.#action][outcome], 1, this.#tenantId);
    if (bytes !== undefined) this.#span.setAttribute(attributes.usbTransferBytes, bytes);
    if (errorType !== undefined) this.#markFailed(errorType, error);
    this.#span.end();
    if (!isLogged(this.#action, errorType)) return;
    const { elapsedMs: durationMs } = this;
    const line = { action: this.#action, device: this.#device, durationMs, bytes, errorType, error };
    context.with(this.context, logOperation, undefined, line);
  }

  #markFailed(errorType: string, error: unknown): void {
    if (error === undefined) this.#span.setStatus({ code: SpanStatusCode.ERROR, message: errorType });
    else recordError(this.#span, error);
    this.#span.setAttribute(attributes.errorType, errorType);
  }
}
