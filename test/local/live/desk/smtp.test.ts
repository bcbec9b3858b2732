import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import fc from "fast-check";
import {
  createMailServer,
  type Mail,
  type MailServerOptions,
} from "../../../../local/live/desk/notifications/smtp.ts";

/** A conversation with a mail server, line by line. */
class Client {
  readonly #socket: Socket;
  #said = "";

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1").setEncoding("latin1");
    this.#socket.on("data", (text: string) => (this.#said += text));
  }

  write(text: string): void {
    this.#socket.write(text, "latin1");
  }

  /** What it answers until a line that is its last, i.e. whose code is followed by a space. */
  async answer(): Promise<string> {
    let end: RegExpExecArray | null;
    while ((end = /^\d{3} .*\r\n/m.exec(this.#said)) === null) await once(this.#socket, "data");
    const upTo = end.index + end[0].length;
    const answer = this.#said.slice(0, upTo);
    this.#said = this.#said.slice(upTo);
    return answer;
  }

  async ask(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return this.answer();
  }

  ended = () => once(this.#socket, "close");
}

describe("the mail server", () => {
  const servers: Server[] = [];
  const taken: Mail[] = [];
  afterEach(() => {
    taken.length = 0;
    for (const server of servers.splice(0)) server.close();
  });

  async function open(options: Partial<MailServerOptions> = {}): Promise<Client> {
    const server = createMailServer({ take: (mail) => taken.push(mail), ...options }).listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    const client = new Client((server.address() as AddressInfo).port);
    assert.match(await client.answer(), /^220 /);
    return client;
  }
  const quit = async (client: Client) => {
    assert.match(await client.ask("QUIT"), /^221 /);
    await client.ended();
  };
  const envelope = ["MAIL FROM:<a@x.example> BODY=8BITMIME", "RCPT TO:<premium@x.example>"];

  it("offers AUTH PLAIN and takes a mail for all whom it is addressed to", async () => {
    const client = await open();
    assert.match(await client.ask("EHLO here"), /^250-AUTH PLAIN\r\n250 SIZE \d+/m);
    assert.match(await client.ask(`AUTH PLAIN ${btoa("\0alertmanager\0secret")}`), /^235 /);
    for (const line of [...envelope, "rcpt to: <critical@x.example>"])
      assert.match(await client.ask(line), /^250 /);
    assert.match(await client.ask("DATA"), /^354 /);
    assert.match(await client.ask("Subject: s\r\n\r\n..dot\r\n."), /^250 /);
    await quit(client);
    assert.deepEqual(taken, [
      { to: ["premium@x.example", "critical@x.example"], content: "Subject: s\r\n\r\n.dot" },
    ]);
  });

  it("takes user and password on a line of their own, and nothing that is neither", async () => {
    const client = await open();
    assert.match(await client.ask("AUTH PLAIN"), /^334 /);
    assert.match(await client.ask(btoa("\0a\0b")), /^235 /);
    assert.match(await client.ask("AUTH PLAIN !"), /^535 /);
    assert.match(await client.ask("AUTH LOGIN"), /^504 /);
    await quit(client);
  });

  it("takes whatever a mail holds, in pieces of any size", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: fc.constantFrom(".", "a", "\r", "\n", "\xe4", " "), maxLength: 8 }), {
          maxLength: 6,
        }),
        fc.integer({ min: 1, max: 7 }),
        async (lines, size) => {
          taken.length = 0;
          const content = lines
            .map((line) => line.replaceAll(/\r\n/g, ""))
            .join("\r\n")
            .replace(/\r$/, "");
          const client = await open();
          for (const line of [...envelope, "DATA"]) await client.ask(line);
          const stuffed = `${content.replace(/(^|\r\n)\./g, "$1..")}\r\n.\r\n`;
          for (let at = 0; at < stuffed.length; at += size) client.write(stuffed.slice(at, at + size));
          assert.match(await client.answer(), /^250 /);
          assert.equal(taken[0]?.content, content);
          await quit(client);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("says no to whom it does not know, to what comes out of order, and to what is no command", async () => {
    const client = await open({ accepts: (address) => address.startsWith("premium@") });
    for (const [line, code] of [
      ["DATA", 503],
      ["RCPT TO:<premium@x.example>", 503],
      ["MAIL FROM a", 501],
      ["MAIL FROM:<>", 250],
      ["RCPT TO:<nobody@x.example>", 550],
      ["DATA", 503],
      ["EXPN x", 502],
      ["", 502],
      ["x".repeat(2000), 500],
      ["NOOP", 250],
      ["RSET", 250],
    ] as const)
      assert.ok((await client.ask(line)).startsWith(`${code} `), line.slice(0, 20));
    await quit(client);
  });

  it("refuses a mail that is too long, announced or not, and is ready for the next", async () => {
    const client = await open({ mostBytes: 1000 });
    assert.match(await client.ask("MAIL FROM:<a@x.example> SIZE=1001"), /^552 /);
    for (const line of [...envelope, "DATA"]) await client.ask(line);
    client.write(`${"long line\r\n".repeat(200)}`);
    assert.match(await client.ask("."), /^552 /);
    for (const line of [...envelope, "DATA"]) await client.ask(line);
    assert.match(await client.ask("short\r\n."), /^250 /);
    await quit(client);
    assert.deepEqual(
      taken.map(({ content }) => content),
      ["short"],
    );
  });

  it("ends what sends a line without an end", async () => {
    const client = await open({ mostBytes: 1000 });
    client.write("x".repeat(5000));
    await client.ended();
  });

  it("asks for the mail again when it could not be kept", async () => {
    const client = await open({
      take: () => {
        throw new Error("the disk is full");
      },
    });
    for (const line of [...envelope, "DATA"]) await client.ask(line);
    assert.match(await client.ask("text\r\n."), /^451 /);
    await quit(client);
  });
});
