import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";

export interface AwsOptions {
  /** URL of the emulated AWS API. */
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** IAM and STS know no regions; their clients sign for this one. */
const globalRegion = "us-east-1";

/** Clients of every service, one per region. */
export class AwsClients {
  #defaultRegion: string | undefined;
  readonly #options: AwsOptions;
  readonly #s3 = new Map<string, S3Client>();
  readonly #kms = new Map<string, KMSClient>();
  readonly iam: IAMClient;
  readonly sts: STSClient;

  constructor(options: AwsOptions) {
    this.#options = options;
    this.iam = new IAMClient(this.#settings(globalRegion));
    this.sts = new STSClient(this.#settings(globalRegion));
  }

  /** For resources that do not name theirs. */
  get defaultRegion(): string {
    return this.#defaultRegion ?? globalRegion;
  }

  /**
   * Makes `region` the default one. All providers of a command share these clients, since Pulumi does not tell which
   * of them a resource belongs to.
   */
  serve(region: string): void {
    if (this.#defaultRegion !== undefined && this.#defaultRegion !== region) {
      throw new Error(
        `The embedded environment's AWS provider is for ${this.#defaultRegion} already, not ${region}: ` +
          `give a resource of another region its own "region" instead of a provider.`,
      );
    }
    this.#defaultRegion = region;
  }

  s3(region: string): S3Client {
    // Buckets have no host names of their own on loopback.
    return cached(this.#s3, region, () => new S3Client({ ...this.#settings(region), forcePathStyle: true }));
  }

  kms(region: string): KMSClient {
    return cached(this.#kms, region, () => new KMSClient(this.#settings(region)));
  }

  close(): void {
    for (const client of [this.iam, this.sts, ...this.#s3.values(), ...this.#kms.values()]) client.destroy();
  }

  #settings(region: string) {
    const { endpoint, accessKeyId, secretAccessKey } = this.#options;
    return { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
  }
}

function cached<T>(map: Map<string, T>, key: string, make: () => T): T {
  let value = map.get(key);
  if (!value) map.set(key, (value = make()));
  return value;
}

/** What was asked for is not there. KMS answers 400 to that, S3 and IAM 404. */
export const isGone = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === "NotFoundException" ||
    (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404);

/** Undefined for what is not there. */
export async function orGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

export const hasName = (error: unknown, ...names: string[]): boolean =>
  error instanceof Error && names.includes(error.name);
