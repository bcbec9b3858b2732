import { credentials } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";

type Severity = "INFO" | "WARNING";

/** Messages into the running command's own output, under the resource that they are about. */
export class EngineLog {
  #client: EngineClient | undefined;

  /** @param address host:port of the engine that attached last */
  attach(address: string): void {
    this.#client?.close();
    this.#client = new engineGrpc.EngineClient(address, credentials.createInsecure());
  }

  /** Resolves when the engine has it. An engine that has gone away is no error: there is nobody left to tell. */
  write(severity: Severity, urn: string, message: string): Promise<void> {
    const client = this.#client;
    if (!client) return Promise.resolve();
    const request = new engineMessages.LogRequest();
    request.setSeverity(engineMessages.LogSeverity[severity]);
    request.setUrn(urn);
    request.setMessage(message);
    return new Promise((resolve) => {
      client.log(request, () => {
        resolve();
      });
    });
  }

  close(): void {
    this.#client?.close();
  }
}
