import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import type { handleUnaryCall, ServiceError } from "@grpc/grpc-js";
import grpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { propertyPath } from "./changes.ts";
import type { Change } from "./changes.ts";
import type { EngineLog } from "./engine-log.ts";
import type { Diff, Provider, Resource } from "./provider.ts";
import { fromStruct, toStruct } from "./values.ts";

/** Large enough for a release's values and a CRD with every version's schema. */
const maxMessageBytes = 400 * 1024 * 1024;

const kinds = {
  add: pb.PropertyDiff.Kind.ADD,
  delete: pb.PropertyDiff.Kind.DELETE,
  update: pb.PropertyDiff.Kind.UPDATE,
};
const replaceKinds = {
  add: pb.PropertyDiff.Kind.ADD_REPLACE,
  delete: pb.PropertyDiff.Kind.DELETE_REPLACE,
  update: pb.PropertyDiff.Kind.UPDATE_REPLACE,
};

/**
 * Serves a provider by Pulumi's plugin protocol on a free loopback port.
 *
 * Secrets are taken off by the engine before a call and put back on the same paths of the answer (acceptSecrets is not
 * offered), so that no handler can lose them; outputs therefore keep the shape of the inputs.
 */
export async function serve(
  provider: Provider,
  log: EngineLog,
): Promise<{ port: number; close(): Promise<void> }> {
  let interrupted = new AbortController();
  const attach = (address: string): void => {
    // A process may run several commands one after the other: each gets a signal of its own.
    if (interrupted.signal.aborted) interrupted = new AbortController();
    log.attach(address);
  };

  const server = new Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
  });
  server.addService(grpc.ResourceProviderService, {
    handshake: unary((request: InstanceType<typeof pb.ProviderHandshakeRequest>) => {
      attach(request.getEngineAddress());
      return new pb.ProviderHandshakeResponse();
    }),
    attach: unary((request: InstanceType<typeof pluginPb.PluginAttach>) => {
      attach(request.getAddress());
      return new empty.Empty();
    }),
    getPluginInfo: unary(() => {
      const info = new pluginPb.PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),
    checkConfig: unary((request: InstanceType<typeof pb.CheckRequest>) => {
      const response = new pb.CheckResponse();
      response.setInputs(request.getNews());
      return response;
    }),
    // Where the provider connects to is the environment's business: its configuration never replaces anything.
    diffConfig: unary(() => {
      const response = new pb.DiffResponse();
      response.setChanges(pb.DiffResponse.DiffChanges.DIFF_NONE);
      return response;
    }),
    configure: unary((request: InstanceType<typeof pb.ConfigureRequest>) => {
      provider.configure?.(fromStruct(request.getArgs()));
      const response = new pb.ConfigureResponse();
      response.setSupportspreview(true);
      return response;
    }),
    cancel: unary(() => {
      interrupted.abort(new Error("The command was interrupted."));
      return new empty.Empty();
    }),

    invoke: unary(async (request: InstanceType<typeof pb.InvokeRequest>) => {
      const response = new pb.InvokeResponse();
      response.setReturn(toStruct(await provider.invoke(request.getTok(), fromStruct(request.getArgs()))));
      return response;
    }),
    check: unary(async (request: InstanceType<typeof pb.CheckRequest>) => {
      const inputs = fromStruct(request.getNews());
      const resource = resourceOf(request);
      const check = provider.handler(resource.type).check;
      const checked = check
        ? await check({ ...resource, old: fromStruct(request.getOlds()), inputs })
        : inputs;
      const response = new pb.CheckResponse();
      response.setInputs(toStruct(checked));
      return response;
    }),
    diff: unary(async (request: InstanceType<typeof pb.DiffRequest>) => {
      const resource = resourceOf(request);
      return diffResponse(
        await provider.handler(resource.type).diff({
          ...resource,
          ...previous(request),
          inputs: fromStruct(request.getNews()),
        }),
      );
    }),
    create: unary(async (request: InstanceType<typeof pb.CreateRequest>) => {
      const resource = resourceOf(request);
      const { id, outputs } = await provider.handler(resource.type).create({
        ...resource,
        inputs: fromStruct(request.getProperties()),
        preview: request.getPreview(),
        timeoutSeconds: request.getTimeout(),
        signal: interrupted.signal,
      });
      const response = new pb.CreateResponse();
      response.setId(request.getPreview() ? "" : id);
      response.setProperties(toStruct(outputs));
      return response;
    }),
    update: unary(async (request: InstanceType<typeof pb.UpdateRequest>) => {
      const resource = resourceOf(request);
      const outputs = await provider.handler(resource.type).update({
        ...resource,
        ...previous(request),
        inputs: fromStruct(request.getNews()),
        preview: request.getPreview(),
        timeoutSeconds: request.getTimeout(),
        signal: interrupted.signal,
      });
      const response = new pb.UpdateResponse();
      response.setProperties(toStruct(outputs));
      return response;
    }),
    read: unary(async (request: InstanceType<typeof pb.ReadRequest>) => {
      const resource = resourceOf(request);
      const live = await provider.handler(resource.type).read({
        ...resource,
        id: request.getId(),
        oldInputs: fromStruct(request.getInputs()),
        oldOutputs: fromStruct(request.getProperties()),
      });
      const response = new pb.ReadResponse();
      if (live) {
        response.setId(live.id);
        response.setInputs(toStruct(live.inputs));
        response.setProperties(toStruct(live.outputs));
      }
      return response;
    }),
    delete: unary(async (request: InstanceType<typeof pb.DeleteRequest>) => {
      const resource = resourceOf(request);
      await provider.handler(resource.type).delete({
        ...resource,
        id: request.getId(),
        oldInputs: fromStruct(request.getOldInputs()),
        oldOutputs: fromStruct(request.getProperties()),
        timeoutSeconds: request.getTimeout(),
        signal: interrupted.signal,
      });
      return new empty.Empty();
    }),
  });

  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        interrupted.abort(new Error("The command has ended."));
        server.forceShutdown();
        resolve();
      }),
  };
}

/** FAILED_PRECONDITION tells the engine that nothing was done, so that it keeps no pending operation. */
function unary<Request, Response>(
  handle: (request: Request) => Promise<Response> | Response,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          callback({ code: status.FAILED_PRECONDITION, details: message } as ServiceError);
        },
      );
  };
}

const resourceOf = (request: { getUrn(): string; getType(): string; getName(): string }): Resource => ({
  urn: request.getUrn(),
  type: request.getType(),
  name: request.getName(),
});

const previous = (request: InstanceType<typeof pb.DiffRequest> | InstanceType<typeof pb.UpdateRequest>) => ({
  id: request.getId(),
  oldInputs: fromStruct(request.getOldInputs()),
  oldOutputs: fromStruct(request.getOlds()),
});

function diffResponse(diff: Diff): InstanceType<typeof pb.DiffResponse> {
  const response = new pb.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  response.setChanges(diff.changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList(topLevelKeys(diff.changes));
  response.setReplacesList(topLevelKeys(diff.replaces));
  response.setDeletebeforereplace(diff.deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  const replaced = new Set(diff.replaces.map((change) => propertyPath(change.path)));
  for (const change of diff.changes) {
    const path = propertyPath(change.path);
    const detail = new pb.PropertyDiff();
    detail.setKind((replaced.has(path) ? replaceKinds : kinds)[change.kind]);
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

const topLevelKeys = (list: Change[]): string[] => [...new Set(list.map((change) => String(change.path[0])))];
