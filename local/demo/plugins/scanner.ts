import type { Reading } from "../plugin-loader.ts";
import type { Port } from "../usb-daemon.ts";

export const name = "scanner";
export const version = "2.0.1";
export const drives = { vendorId: 0x1209, productId: 0x0002 };
export const operation = "scanning";

const isReady = 1;
const codeLength = 8;

/** Reads the code of the article that is held before the scanner. */
export async function execute(port: Port): Promise<Reading> {
  const [state] = await port.ask(isReady, 1);
  if (state !== isReady) throw new Error(`The scanner is not ready: it is in state ${state}.`);
  const answer = await port.receive(0x83, codeLength);
  if (answer.length !== codeLength)
    throw new RangeError(`The code has ${answer.length} characters instead of 8.`);
  const code = Buffer.from(answer).toString("latin1");
  return { text: `the article ${code}`, value: 1, unit: "articles" };
}
