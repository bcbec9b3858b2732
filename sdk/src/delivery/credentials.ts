import { readFileSync, statSync } from "node:fs";
import { type Clock, systemClock } from "../clock.ts";
import { warnOnce } from "../diagnostics.ts";

export interface CredentialsOptions {
  /** Sent as `Authorization: Bearer …`. */
  token?: string | undefined;
  /** File that holds the token, unless `token` is given. */
  tokenFile?: string | undefined;
  /** Further headers. A token counts before an `Authorization` among them. */
  headers: Readonly<Record<string, string>>;
  clock?: Clock;
}

export interface Credentials {
  /** The headers of the next request; cheap enough to ask for with each. Never throws. */
  headers(): Record<string, string>;
}

export function createCredentials({ token, tokenFile, headers, clock }: CredentialsOptions): Credentials {
  const others = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const withToken = (value: string | undefined): Record<string, string> => ({
    ...Object.fromEntries(others),
    ...(value && { authorization: `Bearer ${value}` }),
  });
  if (token || !tokenFile) {
    const fixed = withToken(token);
    return { headers: () => fixed };
  }
  const file = new TokenFile(tokenFile, clock ?? systemClock);
  return { headers: () => withToken(file.token()) };
}

/** Whoever mounts the file may replace it: it is looked at once a second at most, when it is needed, and read if it changed. */
const lookAgainMs = 1_000;

/** A token that a header can carry. */
const tokenPattern = /^[\x21-\x7e]+$/;

class TokenFile {
  readonly #path: string;
  readonly #clock: Clock;
  #token: string | undefined;
  #version = "";
  #lookAt = -Infinity;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** The last token that could be read; `undefined` before there was one. */
  token(): string | undefined {
    const now = this.#clock.now();
    // A clock that was set back must not stop the looking.
    if (now >= this.#lookAt || now < this.#lookAt - lookAgainMs) {
      this.#lookAt = now + lookAgainMs;
      this.#look();
    }
    return this.#token;
  }

  #look(): void {
    try {
      const { mtimeMs, size, ino } = statSync(this.#path);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (version === this.#version) return;
      const token = readFileSync(this.#path, "utf8").trim();
      if (!tokenPattern.test(token))
        throw new Error("it holds no token of visible ASCII characters in one line");
      this.#token = token;
      this.#version = version;
    } catch (error) {
      warnOnce(
        `token-file:${this.#path}`,
        `The token cannot be read from ${this.#path}: ${(error as Error).message}. ` +
          "Put the tenant's token there; the file is read again when it changes.",
      );
    }
  }
}
