import { type Desk, json } from "../desk.ts";
import { dashboardIndex, dashboardPage } from "../pages/dashboards.ts";
import { HttpError, type Question, type Route } from "../server.ts";

/** The dashboards, and what becomes of their panels as JSON. */
export const dashboardRoutes = (desk: Desk): Route[] => {
  const { dashboards } = desk;
  const show = async (uid: string, { parameters }: Question) => {
    const shown = await dashboards.show(uid, parameters);
    if (shown === undefined) throw new HttpError(404, `There is no dashboard ${uid}.`);
    return shown;
  };
  return [
    {
      method: "GET",
      path: /^\/dashboards\/?$/,
      answer: (question) =>
        desk.page(question, { title: "Dashboards", live: false, body: dashboardIndex(dashboards.all) }),
    },
    {
      method: "GET",
      path: /^\/dashboards\/([\w-]+)\.json$/,
      answer: async (question, uid = "") => {
        const { dashboard, drawn } = await show(uid, question);
        const { empty, unavailable, failed } = drawn;
        const panels = dashboard.panels.filter(({ type }) => type !== "row").length;
        return json({ uid, title: dashboard.title, panels, empty, unavailable, failed });
      },
    },
    {
      method: "GET",
      path: /^\/dashboards\/([\w-]+)$/,
      answer: async (question, uid = "") => desk.page(question, dashboardPage(await show(uid, question))),
    },
    {
      method: "GET",
      // Grafana's own address, which alerts link to.
      path: /^\/d\/([\w-]+)$/,
      answer: ({ parameters }, uid = "") => ({
        status: 302,
        type: "text/plain",
        body: "",
        headers: { location: `/dashboards/${uid}?${parameters.toString()}` },
      }),
    },
  ];
};
