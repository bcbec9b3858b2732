import { attributes, spanNames } from "../../../../sdk/src/names/index.ts";

export interface ExpectedSpan {
  name: string;
  service: string;
  kind: "internal" | "consumer" | "producer" | "client" | "server";
  /** Those that each of them has, besides the tenant. */
  attributes: readonly string[];
}

export const hub = "autoweave-hub";
export const worker = "autoweave-worker";
/** The queue between them. */
const queue = "memos";

const device = [
  attributes.usbVendorId,
  attributes.usbProductId,
  attributes.usbDevicePath,
  attributes.usbAction,
];
const transfer = [attributes.usbTransferType, attributes.usbTransferDirection, attributes.usbTransferBytes];
const message = [
  attributes.messagingSystem,
  attributes.messagingOperationType,
  attributes.messagingOperationName,
  attributes.messagingDestination,
  attributes.messagingMessageId,
  attributes.jobName,
];
const memory = [attributes.memoryOperation, attributes.memoryStoreId];
const plugin = [attributes.pluginName, attributes.pluginVersion];
const resolver = [attributes.graphqlParentType, attributes.graphqlFieldName, attributes.graphqlFieldPath];
const request = [attributes.httpMethod, attributes.httpRoute, attributes.httpStatusCode, attributes.urlPath];

/** One of each kind of span that the vocabulary has, as the sample app makes it. */
export const expectedSpans: readonly ExpectedSpan[] = [
  { name: spanNames.usb("attach"), service: hub, kind: "consumer", attributes: device },
  { name: spanNames.usb("open"), service: hub, kind: "internal", attributes: device },
  { name: spanNames.usb("transfer"), service: hub, kind: "internal", attributes: [...device, ...transfer] },
  { name: spanNames.plugin("load"), service: hub, kind: "internal", attributes: plugin },
  { name: spanNames.plugin("execute"), service: hub, kind: "internal", attributes: plugin },
  { name: spanNames.publish(queue), service: hub, kind: "producer", attributes: message },
  {
    name: spanNames.process(queue),
    service: worker,
    kind: "consumer",
    attributes: [...message, attributes.jobAttempt],
  },
  { name: spanNames.memory("search"), service: worker, kind: "client", attributes: memory },
  { name: spanNames.memory("add"), service: worker, kind: "client", attributes: memory },
  {
    name: spanNames.graphql("query", "Devices"),
    service: hub,
    kind: "internal",
    attributes: [attributes.graphqlOperationType, attributes.graphqlOperationName],
  },
  { name: "Query.devices", service: hub, kind: "internal", attributes: resolver },
  {
    name: spanNames.http("POST", "/devices/:id/readings"),
    service: hub,
    kind: "server",
    attributes: request,
  },
];
