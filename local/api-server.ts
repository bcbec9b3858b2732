import http from "node:http";
import https from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { readKubeconfig } from "./kubeconfig.ts";
import type { Cluster } from "./kubeconfig.ts";
import { isObject, objectAt, stringAt } from "./providers/values.ts";
import type { Json, Properties } from "./providers/values.ts";

/** What the API server answered instead of an object. */
export class ApiError extends Error {
  readonly code: number;
  /** The fields that it found fault with, and why. */
  readonly causes: { field: string; message: string }[];

  constructor(code: number, message: string, causes: ApiError["causes"]) {
    super(message);
    this.code = code;
    this.causes = causes;
  }
}

export interface Answer {
  body: Properties;
  /** The texts of the `Warning` headers. */
  warnings: string[];
}

interface Call {
  method: "GET" | "PATCH" | "DELETE";
  path: string;
  body?: Json;
  contentType?: string;
  /** The form of the answer. Default: the whole object. */
  accept?: string;
}

interface ApplyOptions {
  fieldManager: string;
  /** Only asks what would become of it. Default: false. */
  dryRun?: boolean;
}

const metadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/** Seconds for which a call is repeated that failed for a reason that passes by itself. */
const retrySeconds = 30;

/** Seconds without a byte after which a call counts as lost: whatever else fails, no command waits for ever. */
const silentSeconds = 60;

/** The same for the question whether it is ready, which is soon asked again. */
const readySeconds = 10;

/** A small client of a Kubernetes API server: JSON, connections kept open, passing failures tried again. */
export class ApiServer {
  readonly #cluster: Promise<Cluster>;
  readonly #agent: Promise<http.Agent>;

  /** @param kubeconfig path of the file; what is wrong with it, the first call tells */
  constructor(kubeconfig: string) {
    this.#cluster = readKubeconfig(kubeconfig);
    this.#cluster.catch(() => undefined);
    this.#agent = this.#cluster.then((cluster) => {
      const { ca, cert, key } = cluster;
      const options = { keepAlive: true, maxSockets: 16 };
      return cluster.server.startsWith("https:")
        ? new https.Agent({ ...options, ca, cert, key })
        : new http.Agent(options);
    });
    this.#agent.catch(() => undefined);
  }

  /** The object at a path, or undefined when there is none. */
  get = <T = Properties>(path: string): Promise<T | undefined> => this.#getAs(path);

  /** The same without what makes it big: a CRD's schemas are half a megabyte. */
  getMetadata = (path: string): Promise<Properties | undefined> => this.#getAs(path, metadataOnly);

  /** The items of the list at a path. */
  list = async <T = Properties>(path: string): Promise<T[]> =>
    ((await this.call({ method: "GET", path })).body as { items?: T[] }).items ?? [];

  /**
   * Server-side apply with strict field validation; fields that others own are taken over.
   * @throws ApiError
   */
  apply(path: string, object: Properties, { fieldManager, dryRun = false }: ApplyOptions): Promise<Answer> {
    const query = new URLSearchParams({ fieldManager, force: "true", fieldValidation: "Strict" });
    if (dryRun) query.set("dryRun", "All");
    return this.call({
      method: "PATCH",
      path: `${path}?${query}`,
      body: object,
      contentType: "application/apply-patch+yaml",
    });
  }

  /** Whether it has come up. */
  isReady = (): Promise<boolean> =>
    this.#once({ method: "GET", path: "/readyz" }, readySeconds).then(
      () => true,
      () => false,
    );

  async #getAs<T>(path: string, accept?: string): Promise<T | undefined> {
    try {
      return (await this.call({ method: "GET", path, ...(accept && { accept }) })).body as T;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  /** @throws ApiError, or an Error that names the server when it does not answer */
  async call(call: Call): Promise<Answer> {
    const until = Date.now() + retrySeconds * 1000;
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 1000)) {
      try {
        return await this.#once(call);
      } catch (error) {
        if (!passes(error, call.method) || Date.now() + waitMs > until) throw error;
        await delay(waitMs);
      }
    }
  }

  async close(): Promise<void> {
    const agent = await this.#agent.catch(() => undefined);
    agent?.destroy();
  }

  async #once(
    { method, path, body, contentType = "application/json", accept = "application/json" }: Call,
    timeoutSeconds = silentSeconds,
  ): Promise<Answer> {
    const cluster = await this.#cluster;
    const url = new URL(path, cluster.server);
    const headers: Record<string, string> = { accept };
    if (cluster.token) headers["authorization"] = `Bearer ${cluster.token}`;
    const payload = body === undefined ? undefined : JSON.stringify(body);
    if (payload !== undefined) {
      headers["content-type"] = contentType;
      headers["content-length"] = String(Buffer.byteLength(payload));
    }
    const agent = await this.#agent;
    const { code, warning, text } = await new Promise<{ code: number; warning: string; text: string }>(
      (resolve, reject) => {
        const request = (url.protocol === "https:" ? https : http).request(
          url,
          { method, headers, agent },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", reject);
            response.on("end", () => {
              const { warning = "" } = response.headers;
              const text = Buffer.concat(chunks).toString();
              resolve({ code: response.statusCode ?? 0, warning: String(warning), text });
            });
          },
        );
        request.on("error", (error: NodeJS.ErrnoException) => {
          if (error.code !== "ECONNREFUSED") reject(error);
          else
            reject(
              new Error(
                `The Kubernetes API server at ${cluster.server} does not answer. Start the environment with: npm start`,
              ),
            );
        });
        request.setTimeout(timeoutSeconds * 1000, () => {
          const error = `The Kubernetes API server did not answer ${method} ${path} within ${String(timeoutSeconds)} s.`;
          request.destroy(new Error(error));
        });
        request.end(payload);
      },
    );
    const answer = text.startsWith("{") ? (JSON.parse(text) as Properties) : {};
    if (code >= 300) throw refusal(code, answer, text);
    return { body: answer, warnings: parseWarnings(warning) };
  }
}

/** `299 - "unknown field \"spec.x\"", 299 - "…"` → the texts. */
export const parseWarnings = (header: string): string[] =>
  [...header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => text.replace(/\\(.)/g, "$1"));

function refusal(code: number, answer: Properties, text: string): ApiError {
  const causes = objectAt(answer, "details")["causes"];
  return new ApiError(
    code,
    stringAt(answer, "message") ?? `${String(code)} ${text}`.trim(),
    (Array.isArray(causes) ? causes.filter(isObject) : []).map((cause) => ({
      field: stringAt(cause, "field") ?? "",
      message: stringAt(cause, "message") ?? "",
    })),
  );
}

function passes(error: unknown, method: Call["method"]): boolean {
  if (error instanceof ApiError) {
    // A kind is listed a moment before it is served.
    if (error.code === 404)
      return method === "PATCH" && error.message.startsWith("the server could not find");
    // A quota that was created a moment ago refuses everything until the controller manager has counted.
    if (error.code === 403) return error.message.includes("status unknown for quota");
    if (error.code === 409) return /object has been modified|please apply your changes/.test(error.message);
    return error.code === 429 || error.code === 503 || error.code === 504 || /etcdserver/.test(error.message);
  }
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ECONNRESET" || code === "EPIPE";
}
