import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A query that was asked. */
export interface Asked {
  path: string;
  /** Its parameters, wherever they stood. */
  parameters: URLSearchParams;
  headers: Record<string, string | string[] | undefined>;
}

/** Stands in for Prometheus, Loki or Tempo. */
export interface FakeBackend {
  url: string;
  asked: Asked[];
  stop(): void;
}

export async function fakeBackend(
  answer: (response: ServerResponse, asked: Asked) => void,
): Promise<FakeBackend> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? "", "http://localhost");
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString() || search;
      const question = { path: pathname, parameters: new URLSearchParams(text), headers: request.headers };
      asked.push(question);
      answer(response, question);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** One that answers each path with the same JSON, and other paths with 404. */
export const answering = (answers: Readonly<Record<string, object>>): Promise<FakeBackend> =>
  fakeBackend((response, { path }) => {
    const found = answers[path];
    if (found) response.end(JSON.stringify(found));
    else response.writeHead(404).end("not found");
  });
