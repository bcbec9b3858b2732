import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { Ports } from "../../ports.ts";
import { Services } from "../../processes.ts";
import { Desk } from "./desk.ts";
import { fromMail, roleOfAddress } from "./notifications/receive.ts";
import { createMailServer } from "./notifications/smtp.ts";
import { NotificationStore } from "./notifications/store.ts";
import { type Crash, Watch } from "./processes/watch.ts";
import { dashboardRoutes } from "./routes/dashboards.ts";
import { notificationRoutes } from "./routes/notifications.ts";
import { overviewRoutes } from "./routes/overview.ts";
import { traceRoutes } from "./routes/traces.ts";
import { serve } from "./server.ts";
import type { DeskSettings } from "./settings.ts";

const lookEveryMs = 1000;
const loopback = "127.0.0.1";

export interface RunningDesk {
  url: string;
  mailPort: number;
  stop(): void;
}

/**
 * Starts the desk.
 * @param onCrash hears of every program that ends though nobody stopped it.
 * @throws Error when a port is taken, or the dashboards or notifications cannot be read.
 */
export async function startDesk(
  settings: DeskSettings,
  onCrash: (crash: Crash) => void,
): Promise<RunningDesk> {
  const { stackFolder, ports } = settings;
  const notifications = new NotificationStore(settings.notifications);
  const watch = new Watch(new Services(stackFolder), new Ports(stackFolder), onCrash);
  const desk = new Desk(settings, notifications, watch);
  const routes = [overviewRoutes, notificationRoutes, dashboardRoutes, traceRoutes];
  const http = serve(
    routes.flatMap((of) => of(desk)),
    (error, question) => desk.failure(error, question),
  );
  const mail = createMailServer({
    accepts: (address) => roleOfAddress(address) !== undefined,
    take: (mail) => {
      for (const notification of fromMail(mail)) notifications.add(notification);
    },
  });
  const [httpPort, mailPort] = [await listen(http, ports.http), await listen(mail, ports.smtp)];
  watch.look();
  const looking = setInterval(() => watch.look(), lookEveryMs);
  return {
    url: `http://${loopback}:${httpPort}`,
    mailPort,
    stop: () => {
      clearInterval(looking);
      // A mail that is being handed over is sent again.
      mail.close();
      http.close();
      http.closeAllConnections();
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await once(server.listen(port, loopback), "listening");
  return (server.address() as AddressInfo).port;
}
