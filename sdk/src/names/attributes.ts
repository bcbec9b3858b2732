/** Attributes of spans and resources: OpenTelemetry's conventions where there is one, our own where there is none. */
export const attributes = {
  tenantId: "tenant.id",

  usbVendorId: "usb.vendor_id",
  usbProductId: "usb.product_id",
  usbDevicePath: "usb.device_path",
  usbAction: "usb.action",
  usbTransferType: "usb.transfer.type",
  usbTransferDirection: "usb.transfer.direction",
  usbTransferBytes: "usb.transfer.bytes",

  pluginName: "plugin.name",
  pluginVersion: "plugin.version",

  messagingSystem: "messaging.system",
  messagingOperationType: "messaging.operation.type",
  messagingOperationName: "messaging.operation.name",
  messagingDestination: "messaging.destination.name",
  messagingMessageId: "messaging.message.id",
  messagingBatchCount: "messaging.batch.message_count",
  jobName: "autoweave.job.name",
  jobAttempt: "autoweave.job.attempt",

  memoryOperation: "gen_ai.operation.name",
  memoryStoreId: "gen_ai.memory.store.id",
  memoryRecordCount: "gen_ai.memory.record.count",
  memoryRecords: "gen_ai.memory.records",
  memoryQuery: "gen_ai.memory.query.text",

  graphqlOperationType: "graphql.operation.type",
  graphqlOperationName: "graphql.operation.name",
  graphqlDocument: "graphql.document",
  graphqlFieldName: "graphql.field.name",
  graphqlFieldPath: "graphql.field.path",
  graphqlParentType: "graphql.parent.name",
  graphqlArguments: "autoweave.graphql.arguments",
  graphqlUntraced: "autoweave.graphql.untraced_resolvers",

  httpMethod: "http.request.method",
  httpMethodOriginal: "http.request.method_original",
  httpRoute: "http.route",
  httpStatusCode: "http.response.status_code",
  urlPath: "url.path",
  urlScheme: "url.scheme",
  urlFull: "url.full",
  serverAddress: "server.address",
  serverPort: "server.port",
  userAgent: "user_agent.original",
  networkProtocolVersion: "network.protocol.version",

  errorType: "error.type",
  codeFunctionName: "code.function.name",

  serviceName: "service.name",
  serviceVersion: "service.version",
  serviceInstanceId: "service.instance.id",
  environment: "deployment.environment.name",
} as const;

/** Fields of a log line, besides the caller's. */
export const logFields = {
  time: "time",
  level: "level",
  message: "msg",
  service: "service",
  environment: "environment",
  tenantId: "tenant_id",
  traceId: "trace_id",
  spanId: "span_id",
  traceFlags: "trace_flags",
  component: "component",
  /** True on lines that were written to be provable. */
  audit: "audit",
} as const;

/** Names of spans. */
export const spanNames = {
  usb: (action: string) => `usb.${action}`,
  plugin: (operation: string) => `plugin.${operation}`,
  publish: (queue: string) => `${queue} publish`,
  process: (queue: string) => `${queue} process`,
  memory: (operation: string) => `memory.${operation}`,
  graphql: (type: string, operation?: string) => `GraphQL ${operation ? `${type} ${operation}` : type}`,
  http: (method: string, route?: string) => (route ? `${method} ${route}` : method),
} as const;

/** Key of the baggage entry that carries the tenant from one process to the next. */
export const tenantBaggageKey = attributes.tenantId;
