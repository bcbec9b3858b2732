import { SpanKind } from "@opentelemetry/api";
import {
  attributes,
  spanNames,
  type TransferDirection,
  type TransferType,
  type UsbAction,
} from "../names/index.ts";
import { namePart, type SpanArgs, type SpanDescription } from "./descriptions.ts";
import { usbId } from "./usb-ids.ts";

export interface USBEventSpanArgs extends SpanArgs {
  /** What happened. `attach` and `detach` become spans of kind consumer, all else internal ones. */
  action: UsbAction;
  /** `"0x1234"`, `"1234"` (hexadecimal) or a number from 0 to 65535. What is none of these is recorded as `invalid`. */
  vendorId?: string | number | undefined;
  /** As `vendorId`. */
  productId?: string | number | undefined;
  /** E.g. `/dev/bus/usb/001/002`. */
  devicePath?: string | undefined;
  /** Of an action `transfer`. */
  transfer?:
    | {
        type?: TransferType | undefined;
        direction?: TransferDirection | undefined;
        /** Payload in bytes. */
        bytes?: number | undefined;
      }
    | undefined;
}

export function describeUSBEvent(args: USBEventSpanArgs): SpanDescription {
  const action = namePart(args.action);
  const { transfer } = args;
  return {
    name: spanNames.usb(action),
    kind: action === "attach" || action === "detach" ? SpanKind.CONSUMER : SpanKind.INTERNAL,
    attributes: {
      [attributes.usbAction]: action,
      [attributes.usbVendorId]: usbId("vendorId", args.vendorId),
      [attributes.usbProductId]: usbId("productId", args.productId),
      [attributes.usbDevicePath]: args.devicePath,
      [attributes.usbTransferType]: transfer?.type,
      [attributes.usbTransferDirection]: transfer?.direction,
      [attributes.usbTransferBytes]: transfer?.bytes,
    },
  };
}
