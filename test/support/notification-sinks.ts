import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";

/** What reached somebody: the path that it was posted to, or the address that it was mailed to. */
export interface Notification {
  to: string;
  text: string;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** Stands in for whoever Alertmanager notifies: by HTTP (webhook, Slack, PagerDuty) and by mail. */
export async function startNotificationSinks() {
  const received: Notification[] = [];
  const http = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ to: request.url ?? "", text: Buffer.concat(chunks).toString() });
      // PagerDuty's way of saying yes; the others look at the status alone.
      response.writeHead(202, { "content-type": "application/json" }).end('{"status":"success"}');
    });
  }).listen(0, "127.0.0.1");
  const mail = createMailServer((to, text) => received.push({ to, text })).listen(0, "127.0.0.1");
  await Promise.all([once(http, "listening"), once(mail, "listening")]);
  return {
    received,
    httpUrl: `http://127.0.0.1:${portOf(http)}`,
    mailPort: portOf(mail),
    stop: () => {
      http.closeAllConnections();
      http.close();
      mail.close();
    },
  };
}

/** As much of SMTP as it takes to be sent a mail. Source: RFC 5321. */
const createMailServer = (take: (to: string, text: string) => void) =>
  createTcpServer((socket) => {
    let rest = "";
    let to = "";
    let text: string[] | undefined;
    const answer = (line: string) => socket.write(`${line}\r\n`);
    const command = (line: string) => {
      if (/^RCPT TO:/i.test(line)) to = /<(.*)>/.exec(line)?.[1] ?? "";
      if (/^DATA/i.test(line)) {
        text = [];
        answer("354 go on");
      } else if (/^QUIT/i.test(line)) socket.end("221 bye\r\n");
      else answer("250 ok");
    };
    const content = (line: string, lines: string[]) => {
      if (line !== ".") return lines.push(line);
      take(to, unquoted(lines.join("\n")));
      text = undefined;
      return answer("250 taken");
    };
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      const lines = (rest + chunk.toString()).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (text) content(line, text);
        else command(line);
      }
    });
    answer("220 ready");
  });

/** The text of a mail whose parts are quoted-printable. Source: RFC 2045, section 6.7. */
const unquoted = (text: string) =>
  text
    .replace(/=\n/g, "")
    .replace(/(=[0-9A-F]{2})+/g, (run) => Buffer.from(run.replaceAll("=", ""), "hex").toString());
