import { randomBytes } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import { type CustomResourceOptions, type Input, type Output, secret } from "@pulumi/pulumi";
import type { SecretSource } from "../config/secrets.ts";
import type { SecretRef } from "../secret-ref.ts";

interface CredentialArgs {
  namespace: Input<string>;
  /** The key that holds the secret, e.g. `password`. */
  key: string;
  /** Where the secret comes from; generated once when absent. */
  source: SecretSource | undefined;
  labels?: Record<string, string>;
  /** Further keys of the same Secret that are no secret, e.g. `username`. */
  others?: Record<string, string>;
  /** Type of the Secret. Default: `Opaque`. */
  type?: string;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** 192 bits, safe in URLs, shells and connection strings. */
const generate = () => randomBytes(24).toString("base64url");

/**
 * A reference to the secret that `source` names; the Secret `name` is made for what is not in the cluster yet.
 *
 * A generated value needs no further provider: it is drawn anew on each run, and `ignoreChanges` keeps the first one.
 * To rotate it: `pulumi up --target-replace <urn>`.
 */
export function credential(name: string, args: CredentialArgs, opts: CustomResourceOptions): SecretRef {
  if (args.source && "existingSecret" in args.source) {
    return { secret: args.source.existingSecret, key: args.source.key };
  }
  credentialSecret(name, args, args.source?.value, opts);
  return { secret: name, key: args.key };
}

/** Like `credential`, for a secret that always lives in a Secret of ours; gives its value too. */
export function generatedCredential(
  name: string,
  args: Omit<CredentialArgs, "source">,
  opts: CustomResourceOptions,
): SecretRef & { value: Output<string> } {
  const { data } = credentialSecret(name, args, undefined, opts);
  const value = data.apply((fields) => Buffer.from(fields[args.key] ?? "", "base64").toString());
  return { secret: name, key: args.key, value };
}

function credentialSecret(
  name: string,
  { namespace, key, labels, others = {}, type }: Omit<CredentialArgs, "source">,
  given: Output<string> | undefined,
  opts: CustomResourceOptions,
) {
  const plain = Object.fromEntries(Object.entries(others).map(([field, text]) => [field, base64(text)]));
  return new k8s.core.v1.Secret(
    name,
    {
      metadata: { name, namespace, ...(labels ? { labels } : {}) },
      ...(type ? { type } : {}),
      data: { ...plain, [key]: given ? given.apply(base64) : secret(base64(generate())) },
    },
    given ? opts : { ...opts, ignoreChanges: [`data.${key}`] },
  );
}
