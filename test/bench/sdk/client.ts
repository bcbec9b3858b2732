import { Agent, request } from "node:http";
import type { Socket } from "node:net";

/** A client in a process of its own: asks for a page at a rate, the warm-up's first, over kept connections and counts the bytes on the wire. */
const [, , url = "", warmUpRate = "0", rate = "0"] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: 32 });
const sockets = new Set<Socket>();
let timer: NodeJS.Timeout | undefined;

const ask = () => {
  const outgoing = request(url, { agent }, (response) => response.resume());
  outgoing.on("socket", (socket) => sockets.add(socket));
  outgoing.on("error", () => {});
  outgoing.end();
};

function askAt(ratePerSecond: number): void {
  clearInterval(timer);
  const began = performance.now();
  let count = 0;
  timer = setInterval(() => {
    const due = ((performance.now() - began) / 1000) * ratePerSecond;
    for (; count < due; count += 1) ask();
  }, 2);
}

process.on("message", (message) => {
  if (message === "steady") askAt(Number(rate));
  if (message !== "bytes") return;
  const bytes = [...sockets].reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0);
  process.send?.({ bytes });
});
process.on("disconnect", () => {
  clearInterval(timer);
  process.exit(0);
});
askAt(Number(warmUpRate));
process.send?.({ ready: true });
