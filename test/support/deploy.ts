import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. */
export interface Registered {
  type: string;
  name: string;
  // Inputs are whatever the resource's type says; a test names the path it promises something about.
  inputs: Record<string, unknown>;
}

let registered: Registered[] = [];

await pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs, id }) => {
      registered.push({ type, name, inputs });
      return { id: id || `${name}-id`, state: { ...inputs, arn: `arn:aws:mock:::${name}` } };
    },
    call: ({ inputs }) => inputs,
  },
  "autoweave-observability",
  "test",
  false,
);

/** Runs a part of the program with mocked providers and gives every resource that it registered. */
export async function deploy(program: () => unknown): Promise<Registered[]> {
  registered = [];
  program();
  await pulumi.runtime.disconnect();
  return registered;
}
