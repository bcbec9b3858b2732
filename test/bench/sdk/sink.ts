import { createServer } from "node:http";
import { isMainThread } from "node:worker_threads";

/** A backend in a process of its own: takes every request and counts the bytes on the wire. Answers `bytes` on its IPC channel. */
if (isMainThread && process.send) {
  let bytes = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      const contentType = request.headers["content-type"] ?? "application/x-protobuf";
      response.writeHead(200, { "content-type": contentType });
      response.end(contentType.includes("json") ? "{}" : "");
    });
  });
  server.on("connection", (socket) => {
    let counted = 0;
    const count = () => {
      bytes += socket.bytesRead + socket.bytesWritten - counted;
      counted = socket.bytesRead + socket.bytesWritten;
    };
    const timer = setInterval(count, 200).unref();
    socket.on("close", () => {
      count();
      clearInterval(timer);
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    if (address && typeof address === "object") process.send?.({ port: address.port });
  });
  process.on("message", (message) => {
    if (message === "bytes") process.send?.({ bytes });
  });
  process.on("disconnect", () => process.exit(0));
}
