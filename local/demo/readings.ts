import { getLogger, getMetrics } from "@autoweave/observability";
import type { Queue } from "bullmq";
import type { Memo } from "./memos.ts";
import type { PluginLoader, Reading } from "./plugin-loader.ts";
import type { Device, USBDaemon } from "./usb-daemon.ts";

const log = getLogger().child({ component: "readings" });

/** Has a plugin read a device, and the worker remember what it told. */
export async function takeReading(
  tenantId: string,
  device: Device,
  daemon: USBDaemon,
  plugins: PluginLoader,
  memos: Queue<Memo>,
): Promise<Reading> {
  const plugin = await plugins.driverOf(device);
  if (!plugin) throw new Error(`No plugin drives the device ${device.id}.`);
  const startedMs = performance.now();
  const record = (outcome: { success: boolean; value?: number; unit?: string }) =>
    getMetrics().recordBusinessOperation(plugin.operation, tenantId, {
      plugin: plugin.name,
      durationMs: performance.now() - startedMs,
      ...outcome,
    });
  try {
    const reading = await daemon.lend(device, (port) => plugins.execute(plugin.name, port));
    const { text, value, unit } = reading;
    await memos.add("remember", { tenantId, text });
    record({ success: true, value, unit });
    log.info({ device: device.id, value, unit }, `${plugin.operation} done`);
    return reading;
  } catch (error) {
    record({ success: false });
    throw error;
  }
}
