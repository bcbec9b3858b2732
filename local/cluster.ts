import type { ApiServer } from "./api-server.ts";
import { crdsOf } from "./crds.ts";
import type { Properties } from "./providers/values.ts";

const storageClass = (name: string, isDefault: boolean) => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name, annotations: { "storageclass.kubernetes.io/is-default-class": String(isDefault) } },
  provisioner: "kubernetes.io/no-provisioner",
  volumeBindingMode: "WaitForFirstConsumer",
  allowVolumeExpansion: true,
});

const ingressClass = {
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  metadata: { name: "nginx" },
  spec: { controller: "k8s.io/ingress-nginx" },
};

/** Gives the control plane what an ordinary cluster has before the stack comes. */
export async function prepareCluster(api: ApiServer): Promise<void> {
  const apply = (path: string, object: Properties) =>
    api.apply(path, object, { fieldManager: "autoweave-environment" });
  const definitions = await crdsOf("gateway-api");
  await Promise.all([
    apply("/apis/storage.k8s.io/v1/storageclasses/standard", storageClass("standard", true)),
    apply("/apis/storage.k8s.io/v1/storageclasses/fast-ssd", storageClass("fast-ssd", false)),
    apply("/apis/networking.k8s.io/v1/ingressclasses/nginx", ingressClass),
    ...definitions.map((crd) =>
      apply(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd.metadata.name}`, crd),
    ),
  ]);
}
