import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { type Metadata, Server as GrpcServer, ServerCredentials } from "@grpc/grpc-js";

/** What an upstream saw of a request. */
interface Seen {
  upstream: string;
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  bytes: number;
}

export interface Upstreams {
  /** `host:port` of each echo server. */
  address: Record<string, string>;
  seen: Seen[];
  seenByGrpc: Metadata[];
  stop: () => Promise<void>;
}

const bytes = (value: Buffer) => value;

/** Stands in for the backends: HTTP servers that note what they saw and answer with it, and a gRPC server for OTLP. */
export async function startUpstreams(names: readonly string[]): Promise<Upstreams> {
  const seen: Seen[] = [];
  const seenByGrpc: Metadata[] = [];
  const address: Record<string, string> = {};
  const servers: Server[] = [];

  for (const upstream of names) {
    const server = createServer((request, response) => {
      let size = 0;
      request.on("data", (chunk: Buffer) => (size += chunk.length));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        const record = { upstream, method, url, headers, bytes: size };
        seen.push(record);
        response.end(JSON.stringify(record));
      });
    });
    server.on("upgrade", (request, socket) => {
      const { method = "", url = "", headers } = request;
      seen.push({ upstream, method, url, headers, bytes: 0 });
      socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nline");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    address[upstream] = addressOf(server);
    servers.push(server);
  }

  const grpc = new GrpcServer({ "grpc.max_receive_message_length": -1 });
  for (const signal of ["Trace", "Metrics", "Logs"]) {
    grpc.addService(
      {
        export: {
          path: `/opentelemetry.proto.collector.${signal.toLowerCase()}.v1.${signal}Service/Export`,
          requestStream: false,
          responseStream: false,
          requestSerialize: bytes,
          requestDeserialize: bytes,
          responseSerialize: bytes,
          responseDeserialize: bytes,
        },
      },
      {
        export: ({ metadata }: { metadata: Metadata }, answer: (error: null, value: Buffer) => void) => {
          seenByGrpc.push(metadata);
          answer(null, Buffer.alloc(0));
        },
      },
    );
  }
  const grpcPort = await new Promise<number>((resolve, reject) => {
    grpc.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
  address.grpc = `127.0.0.1:${grpcPort}`;

  return {
    address,
    seen,
    seenByGrpc,
    stop: async () => {
      grpc.forceShutdown();
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
        await once(server, "close");
      }
    },
  };
}

function addressOf(server: Server): string {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return `127.0.0.1:${address.port}`;
}
