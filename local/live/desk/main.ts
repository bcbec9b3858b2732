import { once } from "node:events";
import { Ports } from "../../ports.ts";
import { Services } from "../../processes.ts";
import { Desk } from "./desk.ts";
import { fromMail, roleOfAddress } from "./notifications/receive.ts";
import { createMailServer } from "./notifications/smtp.ts";
import { NotificationStore } from "./notifications/store.ts";
import { Watch } from "./processes/watch.ts";
import { dashboardRoutes } from "./routes/dashboards.ts";
import { notificationRoutes } from "./routes/notifications.ts";
import { overviewRoutes } from "./routes/overview.ts";
import { traceRoutes } from "./routes/traces.ts";
import { serve } from "./server.ts";
import { readSettings } from "./settings.ts";

const lookEveryMs = 1000;
const loopback = "127.0.0.1";

/** `node main.ts SETTINGS`: the desk of a stack, until it is told to end. */
const [file = ""] = process.argv.slice(2);
const settings = readSettings(file);
const { stackFolder, ports } = settings;

const watch = new Watch(new Services(stackFolder), new Ports(stackFolder), ({ name, noticedAt, lastWords }) =>
  console.error(`${new Date(noticedAt).toISOString()} ${name} has ended. Its last words:\n${lastWords}`),
);
watch.look();
const looking = setInterval(() => watch.look(), lookEveryMs);

const notifications = new NotificationStore(settings.notifications);
const mail = createMailServer({
  accepts: (address) => roleOfAddress(address) !== undefined,
  take: (mail) => {
    for (const notification of fromMail(mail)) notifications.add(notification);
  },
}).listen(ports.smtp, loopback);

const desk = new Desk(settings, notifications, watch);
const http = serve(
  [overviewRoutes, notificationRoutes, dashboardRoutes, traceRoutes].flatMap((routes) => routes(desk)),
  (error, question) => desk.failure(error, question),
).listen(ports.http, loopback);

await Promise.all([once(mail, "listening"), once(http, "listening")]);
console.log(`The desk of ${settings.stack} is at http://${loopback}:${ports.http}/`);

process.once("SIGTERM", () => {
  clearInterval(looking);
  mail.close();
  http.close();
  http.closeAllConnections();
  // A mail that is being handed over is sent again.
  setImmediate(() => process.exit(0));
});
