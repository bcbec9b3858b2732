import { existsSync } from "node:fs";
import { get } from "node:https";
import { get as getPlain } from "node:http";
import type { KubeConfig } from "@kubernetes/client-node";
import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity.js";
import { Config, type ProviderResource, RunError } from "@pulumi/pulumi";

/** The highest that one of the pinned charts asks for: those of CloudNativePG and its backup plugin. */
export const minimumKubernetes = "1.29";

/** How long the API server may take to answer, in milliseconds. */
const patienceMilliseconds = 10_000;

/** How the Kubernetes provider finds the cluster. */
export interface ClusterAccess {
  /** A kubeconfig, or the path of one. Default: $KUBECONFIG, else ~/.kube/config. */
  kubeconfig?: string | undefined;
  /** Default: the kubeconfig's current context. */
  context?: string | undefined;
}

/**
 * What is to be deployed to cannot be. Thrown before anything is created; says how to repair it.
 * A RunError: Pulumi shows its message, and spares the user the stack trace.
 */
export class PreflightError extends RunError {
  constructor(message: string, fix: string) {
    super(`${message}\n  repair: ${fix}`);
    this.name = "PreflightError";
  }
}

/** The settings of the provider `kubernetes`, which the embedded environment and ordinary stacks share. */
function providerSettings(): ClusterAccess {
  const config = new Config("kubernetes");
  return { kubeconfig: config.get("kubeconfig"), context: config.get("context") };
}

/**
 * Asks the cluster for its version before anything is created.
 * @throws PreflightError when the cluster does not answer, refuses, or is older than `minimumKubernetes`.
 */
export async function checkCluster(access: ClusterAccess = providerSettings()): Promise<void> {
  const kubeconfig = await readKubeconfig(access);
  const server = kubeconfig.getCurrentCluster()?.server;
  if (!server) {
    throw new PreflightError(
      `The kubeconfig has no cluster for the context ${kubeconfig.getCurrentContext() || "(none is set)"}.`,
      "pulumi config set kubernetes:context <one that `kubectl config get-contexts` names>",
    );
  }
  const { major, minor } = await versionOf(server, kubeconfig);
  const version = `${Number.parseInt(major, 10)}.${Number.parseInt(minor, 10)}`;
  if (version.localeCompare(minimumKubernetes, "en", { numeric: true }) < 0) {
    throw new PreflightError(
      `The cluster at ${server} runs Kubernetes ${version}; this stack needs ${minimumKubernetes} or newer.`,
      "upgrade the cluster, or choose another one: pulumi config set kubernetes:context <context>",
    );
  }
}

/**
 * Asks AWS who the program is before anything is created.
 * @throws PreflightError when there are no credentials, or AWS refuses them.
 */
export async function checkAws(provider: ProviderResource, identify = getCallerIdentity): Promise<void> {
  try {
    await identify({}, { provider });
  } catch (error) {
    throw new PreflightError(
      `AWS does not accept who is asking: ${(error as Error).message}`,
      "make `aws sts get-caller-identity` work: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    );
  }
}

async function readKubeconfig({ kubeconfig, context }: ClusterAccess): Promise<KubeConfig> {
  // Loaded when it is needed: it takes half a second.
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  try {
    if (!kubeconfig) config.loadFromDefault();
    else if (existsSync(kubeconfig)) config.loadFromFile(kubeconfig);
    else config.loadFromString(kubeconfig);
    if (context) config.setCurrentContext(context);
    return config;
  } catch (error) {
    throw new PreflightError(
      `The kubeconfig cannot be read: ${(error as Error).message}`,
      "pulumi config set kubernetes:kubeconfig <path of a kubeconfig that works with kubectl>",
    );
  }
}

interface Version {
  major: string;
  minor: string;
}

async function versionOf(server: string, kubeconfig: KubeConfig): Promise<Version> {
  const unusable = (reason: string) =>
    new PreflightError(
      `The Kubernetes API server at ${server} cannot be asked for its version: ${reason}`,
      "make `kubectl version` work with the same kubeconfig and context, then run the command again",
    );
  const options = { timeout: patienceMilliseconds, headers: { Accept: "application/json" } };
  try {
    await kubeconfig.applyToHTTPSOptions(options);
  } catch (error) {
    throw unusable(`no credentials: ${(error as Error).message}`);
  }

  const { status, body } = await fetchText(`${server.replace(/\/$/, "")}/version`, options).catch(
    (error: Error) => {
      throw unusable(error.message);
    },
  );
  if (status !== 200) throw unusable(`it answers ${status}`);
  try {
    const { major, minor } = JSON.parse(body) as Version;
    if (!(Number.parseInt(major, 10) > 0) || Number.isNaN(Number.parseInt(minor, 10))) throw new Error(body);
    return { major, minor };
  } catch {
    throw unusable("what answers there is no Kubernetes API server");
  }
}

function fetchText(url: string, options: object): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith("https:") ? get : getPlain)(url, options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    request.on("timeout", () =>
      request.destroy(new Error(`no answer within ${patienceMilliseconds / 1000} s`)),
    );
    request.on("error", (error: NodeJS.ErrnoException) =>
      reject(error.message ? error : new Error(error.code)),
    );
  });
}
