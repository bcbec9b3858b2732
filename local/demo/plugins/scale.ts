import { setTimeout as delay } from "node:timers/promises";
import type { Reading } from "../plugin-loader.ts";
import type { Port } from "../usb-daemon.ts";

export const name = "scale";
export const version = "1.4.0";
export const drives = { vendorId: 0x1209, productId: 0x0001 };
export const operation = "weighing";

const weigh = Uint8Array.of(0x57);
const centsPerGram = 0.45;

// Some makes have to be tared first: the module is not there before that.
await delay(Number(new URL(import.meta.url).searchParams.get("tareMs")));

/** Weighs what lies on the scale. */
export async function execute(port: Port): Promise<Reading> {
  await port.send(0x02, weigh);
  const answer = await port.receive(0x81, 64);
  if (answer.length !== 2)
    throw new RangeError(`The scale answered with ${answer.length} bytes instead of 2.`);
  const grams = new DataView(answer.buffer, answer.byteOffset).getUint16(0);
  const postage = Math.round(grams * centsPerGram) / 100;
  return { text: `a parcel of ${grams} g`, value: postage, unit: "eur" };
}
