import type { Span } from "@opentelemetry/api";
import type { RequestHandler } from "express";
import type { Logger as PinoLogger } from "pino";
import {
  type AutoWeaveTracer,
  createHTTPMiddleware,
  currentTenant,
  type Logger,
  type ObservabilityManager,
  withTenant,
} from "../../src/index.ts";
import { FakeUSB2, FakeUSB3 } from "../../src/testing/index.ts";
import { expectType } from "./expect.ts";

export function spansAreTyped(tracer: AutoWeaveTracer): void {
  expectType<Span>()(tracer.createUSBEventSpan({ action: "attach", vendorId: 0x1234, productId: "0x5678" }));
  // What the function returns is what is returned, a promise or not.
  expectType<number>()(tracer.withPluginSpan({ operation: "load", plugin: "p" }, () => 1));
  expectType<Promise<string>>()(tracer.withMemorySpan({ operation: "search" }, async () => "found"));
  expectType<boolean>()(tracer.withSpan("work", { tenantId: "blue" }, (span) => span.isRecording()));
  // @ts-expect-error: no action of USB
  tracer.createUSBEventSpan({ action: "explode" });
  // @ts-expect-error: a plugin's span names the plugin
  tracer.createPluginSpan({ operation: "load" });
  // @ts-expect-error: a queue's span names the queue
  tracer.withProcessSpan({ jobId: "1" }, () => undefined);
  // @ts-expect-error: a relation of two
  tracer.createProcessSpan({ queue: "q", relation: "sibling" });
  // @ts-expect-error: there is nothing to run
  tracer.withSpan("work");
}

export function tenantsAreTyped(): void {
  expectType<Promise<number>>()(withTenant("blue", async () => 1));
  expectType<string>()(currentTenant());
  // @ts-expect-error: a tenant's id is a text
  withTenant(17, () => undefined);
}

export function theLoggerIsPinos(logger: Logger): void {
  const pinos: PinoLogger = logger;
  pinos.info({ a: 1 }, "as pino");
  logger.child({ component: "billing" }).audit("invoice.deleted", { invoice: 17 });
  logger.child({}, { customLevels: { notice: 35 } }).notice("with a level of its own");
  // @ts-expect-error: an audited event has a name
  logger.audit({ invoice: 17 });
  // @ts-expect-error: no level of this logger
  logger.notice("without it");
}

export function middlewareFitsExpress(): void {
  const handler: RequestHandler = createHTTPMiddleware({ tenant: () => "blue", route: () => undefined });
  void handler;
  // @ts-expect-error: a tenant's id is a text
  createHTTPMiddleware({ tenant: () => 17 });
}

export function fakesStandForDevices(manager: ObservabilityManager): void {
  manager.instrumentUSBDaemon(new FakeUSB2());
  manager.instrumentUSBDaemon(new FakeUSB3());
}
