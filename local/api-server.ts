import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { parse } from "yaml";

/** As much of a kubeconfig as this environment writes. */
interface Kubeconfig {
  clusters: [{ cluster: { server: string; "certificate-authority-data": string } }];
  users: [{ user: { token: string } }];
}

export interface ApiAnswer {
  status: number;
  body: string;
}

/** A Kubernetes API server, spoken to as it is: for what the environment itself needs of it. */
export class ApiServer {
  readonly url: string;
  readonly #agent: Agent;
  readonly #token: string;

  constructor(kubeconfig: string) {
    const { clusters, users } = parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
    this.url = clusters[0].cluster.server;
    this.#token = users[0].user.token;
    const ca = Buffer.from(clusters[0].cluster["certificate-authority-data"], "base64");
    this.#agent = new Agent({ ca, keepAlive: true });
  }

  /** Rejects when the server does not answer; an answer of refusal is an answer. */
  ask(method: string, path: string, body?: object): Promise<ApiAnswer> {
    return new Promise((done, fail) => {
      const headers: Record<string, string> = { authorization: `Bearer ${this.#token}` };
      if (body) headers["content-type"] = "application/apply-patch+yaml";
      const sent = request(
        `${this.url}${path}`,
        { method, agent: this.#agent, headers, timeout: 10_000 },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("end", () =>
            done({ status: answer.statusCode ?? 0, body: String(Buffer.concat(chunks)) }),
          );
          answer.on("error", fail);
        },
      );
      sent.on("timeout", () => sent.destroy(new Error(`${this.url} does not answer`)));
      sent.on("error", fail);
      sent.end(body && JSON.stringify(body));
    });
  }

  async isReady(): Promise<boolean> {
    try {
      return (await this.ask("GET", "/readyz")).status === 200;
    } catch {
      return false;
    }
  }

  /** Server-side apply. Throws with the server's message when it refuses. */
  async apply(path: string, object: object): Promise<void> {
    const { status, body } = await this.ask(
      "PATCH",
      `${path}?fieldManager=autoweave-environment&force=true`,
      object,
    );
    if (status >= 300) throw new Error(`The API server refused ${path}: ${body}`);
  }

  /** The items of a list. */
  async list<T>(path: string): Promise<T[]> {
    const { status, body } = await this.ask("GET", path);
    if (status !== 200) throw new Error(`The API server refused to list ${path}: ${body}`);
    return (JSON.parse(body) as { items: T[] }).items;
  }

  close(): void {
    this.#agent.destroy();
  }
}
