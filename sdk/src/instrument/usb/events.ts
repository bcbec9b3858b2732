import { type Context, context, trace } from "@opentelemetry/api";
import type { UsbAction } from "../../names/index.ts";
import { EventHandling } from "../event-handling.ts";
import { isLive } from "../live.ts";
import type { DeviceIdentity } from "./device.ts";
import { type OperationDetails, USBOperation } from "./operation.ts";

/** The handling of an event by the app's listeners; undefined when nothing is recorded. `cause`: the error that it tells of. */
export function handlingOf(
  action: UsbAction,
  device: DeviceIdentity,
  details?: OperationDetails,
  cause?: unknown,
): EventHandling | undefined {
  if (!isLive()) return undefined;
  const operation = new USBOperation(action, device, { ...details, within: contextOfEvent() });
  return new EventHandling(
    (dispatch) => context.with(operation.context, dispatch),
    (failed, error) => {
      operation.handled(operation.elapsedMs);
      if (cause !== undefined) operation.fail(cause);
      else if (failed) operation.fail(error);
      else operation.succeed();
    },
  );
}

/**
 * The active context, without its span if that has ended: what libraries emit from a timer or a watch carries the context in
 * which somebody once began to listen, and its trace would never end.
 */
function contextOfEvent(): Context {
  const active = context.active();
  const span = trace.getSpan(active);
  return span && !span.isRecording() ? trace.deleteSpan(active) : active;
}
