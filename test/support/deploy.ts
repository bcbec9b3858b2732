import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. */
export interface Registered {
  type: string;
  name: string;
  // Inputs are whatever the resource's type says; a test names the path it promises something about.
  inputs: Record<string, unknown>;
  /** The provider that was passed down to it; the package's default provider when empty. */
  provider: string;
}

/** What AWS says about the account that is deployed to. */
const awsAccount = { accountId: "111122223333", partition: "aws" };

let registered: Registered[] = [];

await pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs, id, provider = "" }) => {
      registered.push({ type, name, inputs, provider });
      return { id: id || `${name}-id`, state: { ...inputs, arn: `arn:aws:mock:::${name}` } };
    },
    call: ({ inputs }) => ({ ...inputs, ...awsAccount }),
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

/** Deploys once for each settings object: tests that only read what was registered share it. */
export function sharing<T>(deployed: (settings: object) => Promise<T>): (settings: object) => Promise<T> {
  const known = new Map<object, Promise<T>>();
  return (settings) => {
    const again = known.get(settings) ?? deployed(settings);
    known.set(settings, again);
    return again;
  };
}
