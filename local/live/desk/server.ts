import { createServer, type IncomingMessage, type Server } from "node:http";

/** What was asked. */
export interface Question {
  method: string;
  path: string;
  parameters: URLSearchParams;
  contentType: string;
  /** @throws HttpError when there is more of it than is taken. */
  body(): Promise<string>;
}

export interface Answer {
  /** Default: 200. */
  status?: number;
  type: string;
  body: string;
  headers?: Record<string, string>;
}

/** An answer that is no success. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One address: the groups of its pattern are what `answer` gets. */
export interface Route {
  method: "GET" | "POST";
  path: RegExp;
  answer(question: Question, ...groups: string[]): Answer | Promise<Answer>;
}

const mostBytes = 2 ** 20;

/** Whatever a text of somebody else's should smuggle into a page, it runs nothing and asks nobody. */
const contentSecurity =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * Serves the routes, on this machine and under its own names alone: a page of the web whose name is made to lead here reads
 * nothing (DNS rebinding).
 * @param fail makes the answer of what cannot be answered.
 */
export const serve = (
  routes: readonly Route[],
  fail: (error: HttpError, question: Question) => Answer,
): Server =>
  createServer((request, response) => {
    const question = questionOf(request);
    const answer = answerOf(routes, request, question).catch((error: unknown) =>
      fail(known(error), question),
    );
    void answer.then(({ status = 200, type, body, headers = {} }) => {
      // What was not read of a request that is too long will not be.
      if (!request.complete) response.setHeader("connection", "close");
      response
        .writeHead(status, {
          "content-type": type,
          "cache-control": "no-store",
          "content-security-policy": contentSecurity,
          "x-content-type-options": "nosniff",
          "referrer-policy": "no-referrer",
          ...headers,
        })
        .end(request.method === "HEAD" ? "" : body);
    });
  });

const names = new Set(["127.0.0.1", "localhost"]);

async function answerOf(
  routes: readonly Route[],
  { headers }: IncomingMessage,
  question: Question,
): Promise<Answer> {
  const [host = ""] = (headers.host ?? "").split(":");
  if (!names.has(host)) throw new HttpError(421, "This desk is asked as 127.0.0.1.");
  const matching = routes.filter(({ path }) => path.test(question.path));
  if (matching.length === 0) throw new HttpError(404, "There is no such page.");
  const route = matching.find(({ method }) => method === question.method);
  if (route === undefined) throw new HttpError(405, `${question.method} is not for this address.`);
  const [, ...groups] = route.path.exec(question.path) ?? [];
  return route.answer(question, ...groups);
}

function questionOf(request: IncomingMessage): Question {
  const { method = "", url = "", headers } = request;
  const [path = "", query = ""] = url.split(/\?(.*)/s);
  return {
    method: method === "HEAD" ? "GET" : method,
    path,
    parameters: new URLSearchParams(query),
    contentType: headers["content-type"] ?? "",
    body: () => bodyOf(request),
  };
}

/** Without ending the request when it is too long, for its sender should still read why. */
const bodyOf = (request: IncomingMessage): Promise<string> =>
  new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= mostBytes) chunks.push(chunk);
      else fail(new HttpError(413, `More than ${mostBytes} bytes are not taken.`));
    });
    request.once("end", () => done(Buffer.concat(chunks).toString()));
    request.once("error", fail);
  });

function known(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  console.error(error);
  return new HttpError(500, error instanceof Error ? error.message : String(error));
}
