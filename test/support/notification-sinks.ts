import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { readMail } from "../../local/live/desk/notifications/mail.ts";
import { createMailServer } from "../../local/live/desk/notifications/smtp.ts";

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
  const mail = createMailServer({
    take: ({ to, content }) => {
      const { subject, text } = readMail(content);
      for (const address of to) received.push({ to: address, text: `${subject}\n${text}` });
    },
  }).listen(0, "127.0.0.1");
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
