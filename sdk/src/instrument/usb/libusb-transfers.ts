import { context, trace } from "@opentelemetry/api";
import type { TransferType } from "../../names/index.ts";
import { isLive } from "../live.ts";
import type { Callable } from "../wrap.ts";
import { handling } from "./calls.ts";
import { identityOf } from "./device.ts";
import { USBOperation } from "./operation.ts";
import type { Transfer } from "./transfer.ts";

/** An endpoint of usb 2.x. */
export interface LibusbEndpoint {
  readonly device: unknown;
  readonly direction: "in" | "out";
  readonly transferType: number;
}

interface LibusbTransfer {
  submit: Callable;
}

/** Source: libusb, `enum libusb_transfer_type`. */
const transferTypes: readonly TransferType[] = ["control", "isochronous", "bulk", "interrupt"];

/** Source: libusb, `LIBUSB_TRANSFER_CANCELLED`: how polling ends. */
const cancelled = 3;

/** The endpoint that is beginning to poll right now. */
let polling: unknown;

/** Calls what begins to poll: the transfers that are made in it are submitted again and again. */
export function beginPolling(call: Callable, self: unknown, args: unknown[]): unknown {
  const outer = polling;
  polling = self;
  try {
    return Reflect.apply(call, self, args);
  } finally {
    polling = outer;
  }
}

/**
 * Calls `makeTransfer` of an endpoint, which all its transfers go through, and measures each submission of the transfer. A
 * submission of a poll is nobody's call: what comes in begins a trace of its own.
 */
export function observeTransfers(
  call: Callable,
  endpoint: LibusbEndpoint,
  args: unknown[],
  isUndone: () => boolean,
): unknown {
  const [timeout, callback, ...more] = args;
  if (typeof callback !== "function") return Reflect.apply(call, endpoint, args);
  const Submissions = polling === endpoint ? Polls : Calls;
  const submissions = new Submissions(endpoint, callback as Callable);
  const given = function (this: unknown, ...results: unknown[]) {
    if (isUndone()) return Reflect.apply(callback, this, results);
    return submissions.completed(this, results);
  };
  const transfer = Reflect.apply(call, endpoint, [timeout, given, ...more]) as LibusbTransfer;
  const { submit } = transfer;
  const value = function (this: unknown, ...submitted: unknown[]) {
    if (isUndone() || !isLive()) return Reflect.apply(submit, this, submitted);
    return submissions.submitted(submit, this, submitted);
  };
  // A method of the class may not be assignable, as native ones are not.
  Object.defineProperty(transfer, "submit", { value, writable: true, configurable: true });
  return transfer;
}

const transferOf = ({ direction, transferType }: LibusbEndpoint, buffer: unknown): Transfer => ({
  direction,
  type: transferTypes[transferType],
  bytes: direction === "out" ? (buffer as Uint8Array | undefined)?.byteLength : undefined,
});

/** Transfers that the app calls for, one by one. */
class Calls {
  readonly #endpoint: LibusbEndpoint;
  readonly #callback: Callable;
  #completed: Callable;

  constructor(endpoint: LibusbEndpoint, callback: Callable) {
    this.#endpoint = endpoint;
    this.#callback = callback;
    this.#completed = callback;
  }

  submitted(submit: Callable, self: unknown, args: unknown[]): unknown {
    const transfer = transferOf(this.#endpoint, args[0]);
    const operation = new USBOperation("transfer", identityOf(this.#endpoint.device), { transfer });
    try {
      const result = Reflect.apply(submit, self, args);
      this.#completed = handling(operation, this.#callback, 2);
      return result;
    } catch (error) {
      operation.fail(error);
      throw error;
    }
  }

  completed(self: unknown, results: unknown[]): unknown {
    const completed = this.#completed;
    this.#completed = this.#callback;
    return Reflect.apply(completed, self, results);
  }
}

/** Transfers of an endpoint that is polled. */
class Polls {
  readonly #endpoint: LibusbEndpoint;
  readonly #callback: Callable;
  #submittedMs: number | undefined;

  constructor(endpoint: LibusbEndpoint, callback: Callable) {
    this.#endpoint = endpoint;
    this.#callback = callback;
  }

  submitted(submit: Callable, self: unknown, args: unknown[]): unknown {
    this.#submittedMs = performance.now();
    return Reflect.apply(submit, self, args);
  }

  completed(self: unknown, results: unknown[]): unknown {
    const submittedMs = this.#submittedMs;
    this.#submittedMs = undefined;
    const [error, , bytes] = results as [{ errno?: number } | undefined, unknown, number | undefined];
    if (submittedMs === undefined || error?.errno === cancelled) {
      return Reflect.apply(this.#callback, self, results);
    }
    const completion = { durationMs: performance.now() - submittedMs, bytes: error ? undefined : bytes };
    const transfer = transferOf(this.#endpoint, undefined);
    const within = trace.deleteSpan(context.active());
    const operation = new USBOperation("transfer", identityOf(this.#endpoint.device), {
      transfer,
      completion,
      within,
    });
    let failure: unknown = error;
    try {
      return context.with(operation.context, this.#callback, self, ...results);
    } catch (thrown) {
      failure ??= thrown;
      throw thrown;
    } finally {
      operation.handled(operation.elapsedMs);
      if (failure) operation.fail(failure);
      else operation.succeed();
    }
  }
}
