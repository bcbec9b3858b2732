import { createServer, type Server, type Socket } from "node:net";

/** A mail as it was handed over. */
export interface Mail {
  /** Addresses without their brackets. */
  to: string[];
  /** Header and body; each character is a byte. */
  content: string;
}

export interface MailServerOptions {
  /** Takes a mail; when it throws, the sender is told to try again. */
  take(mail: Mail): void;
  /** Whether there is somebody of that address. Default: always. */
  accepts?(address: string): boolean;
  /** Default: 1 MiB. */
  mostBytes?: number;
}

const mostRecipients = 100;
const idleMs = 60_000;

/** Longer ones are no command's. Source: RFC 5321, section 4.5.3.1. */
const longestLine = 1000;

/**
 * As much of SMTP as a program on the same machine needs to hand over a mail, which it may sign in for: any user and password is
 * right. Source: RFC 5321; RFC 4954 for AUTH, RFC 1870 for SIZE.
 */
export const createMailServer = ({
  take,
  accepts = () => true,
  mostBytes = 2 ** 20,
}: MailServerOptions): Server =>
  createServer((socket) => {
    socket.on("error", () => undefined);
    socket.setTimeout(idleMs, () => socket.destroy());
    const session = new Session(socket, { take, accepts, mostBytes });
    let rest = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) session.line(line);
      if (rest.length > mostBytes) socket.destroy();
    });
    session.answer("220 autoweave-desk ESMTP");
  });

class Session {
  readonly #socket: Socket;
  readonly #options: Required<MailServerOptions>;
  #from: string | undefined;
  #to: string[] = [];
  /** Lines of the mail that is being handed over, and how long they are. */
  #content: string[] | undefined;
  #bytes = 0;
  #awaitsPassword = false;

  constructor(socket: Socket, options: Required<MailServerOptions>) {
    this.#socket = socket;
    this.#options = options;
  }

  answer(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }

  line(line: string): void {
    if (this.#content) this.#contentLine(line, this.#content);
    else if (this.#awaitsPassword) this.#password(line);
    else if (line.length > longestLine) this.answer("500 the line is too long");
    else this.#command(line);
  }

  #command(line: string): void {
    const [, verb = "", rest = ""] = /^(\w+) ?(.*)$/.exec(line) ?? [];
    const command = this.#commands[verb.toUpperCase()];
    if (command) command(rest);
    else this.answer("502 there is no such command");
  }

  readonly #commands: Record<string, (rest: string) => void> = {
    EHLO: () => {
      this.#reset();
      for (const line of ["250-autoweave-desk", "250-AUTH PLAIN", `250 SIZE ${this.#options.mostBytes}`])
        this.answer(line);
    },
    HELO: () => {
      this.#reset();
      this.answer("250 autoweave-desk");
    },
    AUTH: (rest) => {
      const [, password] = /^PLAIN ?(.*)$/i.exec(rest) ?? [];
      if (password === undefined) return this.answer("504 PLAIN alone is known");
      if (password) return this.#password(password);
      this.#awaitsPassword = true;
      return this.answer("334 ");
    },
    MAIL: (rest) => {
      const [, from, size = "0"] = /^FROM: ?<([^>]*)>(?:.*\bSIZE=(\d+))?/i.exec(rest) ?? [];
      if (from === undefined) return this.answer("501 MAIL FROM:<address> is expected");
      if (Number(size) > this.#options.mostBytes) return this.answer("552 the mail is too long");
      this.#reset();
      this.#from = from;
      return this.answer("250 ok");
    },
    RCPT: (rest) => {
      const [, to] = /^TO: ?<([^>]+)>/i.exec(rest) ?? [];
      if (this.#from === undefined) return this.answer("503 MAIL comes first");
      if (to === undefined) return this.answer("501 RCPT TO:<address> is expected");
      if (this.#to.length === mostRecipients) return this.answer("452 that is for too many");
      if (!this.#options.accepts(to)) return this.answer("550 nobody has that address");
      this.#to.push(to);
      return this.answer("250 ok");
    },
    DATA: () => {
      if (this.#to.length === 0) return this.answer("503 RCPT comes first");
      this.#content = [];
      this.#bytes = 0;
      return this.answer("354 go on, and end with a dot");
    },
    RSET: () => {
      this.#reset();
      this.answer("250 ok");
    },
    NOOP: () => this.answer("250 ok"),
    QUIT: () => this.#socket.end("221 bye\r\n"),
  };

  #reset(): void {
    this.#from = undefined;
    this.#to = [];
  }

  #password(line: string): void {
    this.#awaitsPassword = false;
    // Authorization identity, user and password. Source: RFC 4616.
    const isPlain = Buffer.from(line, "base64").toString().split("\0").length === 3;
    this.answer(isPlain ? "235 welcome" : "535 that is no user and password");
  }

  #contentLine(line: string, lines: string[]): void {
    if (line === ".") return this.#contentEnd(lines);
    this.#bytes += line.length + 2;
    // A line that begins with a dot has been given another one.
    if (this.#bytes <= this.#options.mostBytes) lines.push(line.startsWith(".") ? line.slice(1) : line);
  }

  #contentEnd(lines: string[]): void {
    const to = this.#to;
    this.#content = undefined;
    this.#reset();
    if (this.#bytes > this.#options.mostBytes) return this.answer("552 the mail is too long");
    try {
      this.#options.take({ to, content: lines.join("\r\n") });
      return this.answer("250 taken");
    } catch {
      return this.answer("451 it could not be kept; try again");
    }
  }
}
