import { type Desk, json } from "../desk.ts";
import { overview } from "../pages/overview.ts";
import { refreshScript } from "../refresh.ts";
import type { Route } from "../server.ts";
import { style } from "../style.ts";

/** What runs, and what all pages need. */
export const overviewRoutes = (desk: Desk): Route[] => {
  const { settings, watch } = desk;
  return [
    {
      method: "GET",
      path: /^\/$/,
      answer: (question) =>
        desk.page(question, { title: "Overview", live: true, body: overview(watch.programs, settings) }),
    },
    {
      method: "GET",
      path: /^\/state\.json$/,
      answer: () => {
        const { stack, tenants } = settings;
        return json({ stack, programs: watch.programs, crashes: watch.crashes, tenants });
      },
    },
    { method: "GET", path: /^\/style\.css$/, answer: () => ({ type: "text/css", body: style }) },
    {
      method: "GET",
      path: /^\/refresh\.js$/,
      answer: () => ({ type: "text/javascript", body: refreshScript }),
    },
  ];
};
