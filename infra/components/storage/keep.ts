import type { CustomResourceOptions, Resource } from "@pulumi/pulumi";

/**
 * Options for what must outlive a mistake.
 *
 * `data` refuse to be deleted and stay behind when they leave the stack; their `parts` stay with them, so that what is
 * left behind is still encrypted, private and locked.
 */
export function keep(parent: Resource, protect: boolean) {
  const parts: CustomResourceOptions = { parent, retainOnDelete: protect };
  const data: CustomResourceOptions = { ...parts, protect };
  return { data, parts };
}
