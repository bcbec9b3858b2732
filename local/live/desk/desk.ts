import type { Backend } from "../../dashboards/backend.ts";
import { Dashboards } from "./dashboards/dashboards.ts";
import { html } from "./html.ts";
import type { NotificationStore } from "./notifications/store.ts";
import { layout, type Page } from "./pages/layout.ts";
import type { Watch } from "./processes/watch.ts";
import { type Answer, HttpError, type Question } from "./server.ts";
import type { DeskSettings } from "./settings.ts";

/** What the desk's addresses are answered from. */
export class Desk {
  readonly settings: DeskSettings;
  readonly notifications: NotificationStore;
  readonly watch: Watch;
  readonly dashboards: Dashboards;

  constructor(settings: DeskSettings, notifications: NotificationStore, watch: Watch) {
    this.settings = settings;
    this.notifications = notifications;
    this.watch = watch;
    this.dashboards = new Dashboards(settings);
  }

  page({ path }: Question, page: Page, status = 200): Answer {
    const { stack } = this.settings;
    return {
      status,
      type: "text/html; charset=utf-8",
      body: layout(page, { stack, path, programs: this.watch.programs }),
    };
  }

  /** What went wrong: as a page where one was asked for. */
  failure({ status, message }: HttpError, question: Question): Answer {
    if (question.method !== "GET" || question.path.endsWith(".json")) return json({ error: message }, status);
    const body = html`<h1>That did not work</h1>
      <p class="bad">${message}</p>`;
    return this.page(question, { title: "Error", live: false, body }, status);
  }

  /** @throws HttpError when the stack has no such datasource. */
  datasource(isMeant: (datasource: DeskSettings["datasources"][number]) => boolean) {
    const found = this.settings.datasources.find(isMeant);
    if (!found) throw new HttpError(404, "The stack has no such datasource.");
    return found;
  }

  /** @throws HttpError when the stack has none of that type. */
  backend = (type: "tempo" | "loki"): Backend => this.datasource((each) => each.type === type);
}

export const json = (content: unknown, status = 200): Answer => ({
  status,
  type: "application/json",
  body: `${JSON.stringify(content)}\n`,
});

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What a backend answers; that it does not is not the desk's fault. */
export const answered = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((error: unknown) => {
    throw error instanceof HttpError ? error : new HttpError(502, messageOf(error));
  });
