import { context } from "@opentelemetry/api";
import type { UsbAction } from "../../names/index.ts";
import { isLive } from "../live.ts";
import { observe, type Observation } from "../observe.ts";
import type { Callable } from "../wrap.ts";
import type { DeviceIdentity } from "./device.ts";
import { type OperationDetails, USBOperation } from "./operation.ts";
import { waitsForDevice } from "./transfer.ts";

/** The call that is running right now, up to its first `await`. */
let running: { self: unknown; action: UsbAction } | undefined;

/**
 * Measures a call that does something with a device, until it returns or the promise that it returned settles. A method that
 * hands on to another one for the same (`forget` to `close`) is one call.
 */
export function observeCall(
  action: UsbAction,
  device: DeviceIdentity,
  call: Callable,
  self: unknown,
  args: unknown[],
  details?: OperationDetails,
): unknown {
  const isHandedOn = running !== undefined && running.self === self && running.action === action;
  if (isHandedOn || !isLive()) {
    return Reflect.apply(call, self, args);
  }
  const operation = new USBOperation(action, device, details);
  const outer = running;
  running = { self, action };
  try {
    return context.with(operation.context, observe, undefined, call, self, args, new CallEnd(operation));
  } finally {
    running = outer;
  }
}

class CallEnd implements Observation {
  readonly #operation: USBOperation;

  constructor(operation: USBOperation) {
    this.#operation = operation;
  }

  succeeded(value: unknown): void {
    this.#measure();
    this.#operation.succeed(value);
  }

  failed(error: unknown): void {
    this.#measure();
    this.#operation.fail(error);
  }

  /** What is done with the bytes that were waited for is out of sight. */
  #measure(): void {
    const { transfer, elapsedMs } = this.#operation;
    if (!transfer || !waitsForDevice(transfer)) this.#operation.handled(elapsedMs);
  }
}

/**
 * As `observeCall`, for a call with a callback `(error, result)` at `position`; where the app gives none, one is put there.
 * The callback runs in the context of the caller, and counts as handling.
 */
export function observeCallback(
  action: UsbAction,
  device: DeviceIdentity,
  call: Callable,
  self: unknown,
  args: unknown[],
  position: number,
  details?: OperationDetails,
): unknown {
  const callback = args[position];
  if (!isLive() || (callback !== undefined && typeof callback !== "function")) {
    return Reflect.apply(call, self, args);
  }
  const operation = new USBOperation(action, device, details);
  const given = [...args];
  given[position] = handling(operation, callback as Callable | undefined, 1);
  try {
    return context.with(operation.context, call, self, ...given);
  } catch (error) {
    operation.fail(error);
    throw error;
  }
}

/**
 * What is called back when an operation is over: ends it, then calls `callback`, as part of the event's handling. It gets the
 * error first and the result at `position`.
 */
export function handling(
  operation: USBOperation,
  callback: Callable | undefined,
  position: number,
): Callable {
  const caller = context.active();
  let over = false;
  return function (this: unknown, ...results) {
    if (over) return callback && Reflect.apply(callback, this, results);
    over = true;
    const { transfer, elapsedMs } = operation;
    const waitedMs = transfer && waitsForDevice(transfer) ? elapsedMs : 0;
    if (results[0]) operation.fail(results[0]);
    else operation.succeed(results[position]);
    try {
      return callback && context.with(caller, callback, this, ...results);
    } finally {
      operation.handled(operation.elapsedMs - waitedMs);
    }
  };
}
