/** A program that answers queries by HTTP. */
export interface Backend {
  /** As its readers call it, e.g. `Loki`: messages about failures begin with it. */
  name: string;
  /** Without a slash at the end. */
  url: string;
  headers?: Readonly<Record<string, string>>;
}

export interface AskOptions {
  /** Default: `GET`. */
  method?: "GET" | "POST";
  /** Ends the question. */
  signal?: AbortSignal | undefined;
}

/** A backend's answer that is no success. */
export class Refusal extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

const mostOfMessage = 300;

/**
 * What a backend answers, read as JSON.
 * @throws Error that names the backend and says why there is no answer; Refusal when the answer is no success.
 */
export async function ask<Answer>(
  { name, url, headers = {} }: Backend,
  path: string,
  parameters: Readonly<Record<string, string>>,
  { method = "GET", signal }: AskOptions = {},
): Promise<Answer> {
  const form = new URLSearchParams(parameters);
  const [address, body] =
    method === "POST" ? [`${url}${path}`, form] : [`${url}${path}?${form.toString()}`, null];
  try {
    const response = await fetch(address, {
      method,
      body,
      headers: { accept: "application/json", ...headers },
      signal: signal ?? null,
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as Answer;
    throw new Refusal(`${name} refuses (${response.status}): ${messageIn(text)}`, response.status);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Error(`${name} does not answer: ${reasonOf(error)}`, { cause: error });
  }
}

/** The error that Prometheus and its like put into JSON; the others' text as it is. */
function messageIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === "string") return error.slice(0, mostOfMessage);
  } catch {
    // It is no JSON.
  }
  return text.trim().slice(0, mostOfMessage);
}

/** What `fetch` hides behind "fetch failed" says more. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "it took too long";
  return error.cause instanceof Error ? error.cause.message : error.message;
}
