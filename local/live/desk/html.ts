import { escaped } from "../../dashboards/draw/svg.ts";

/** Text that may be sent to a browser as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Content = Markup | string | number | undefined | false | readonly Content[];

const textOf = (content: Content): string => {
  if (content instanceof Markup) return content.text;
  if (content === undefined || content === false) return "";
  if (typeof content === "object") return content.map(textOf).join("");
  return escaped(String(content));
};

/** HTML in which every value is escaped that is no markup itself. An attribute's value belongs in double quotes. */
export const html = (parts: TemplateStringsArray, ...values: Content[]): Markup =>
  new Markup(parts.map((part, index) => part + textOf(values[index])).join(""));

const webAddress = /\bhttps?:\/\/[^\s<>"']+/g;

/** A text in which addresses of the web are links. */
export function linked(text: string, hrefOf: (url: string) => string): Markup {
  const parts: Content[] = [];
  let end = 0;
  for (const { 0: url, index } of text.matchAll(webAddress)) {
    parts.push(text.slice(end, index), html`<a href="${hrefOf(url)}">${url}</a>`);
    end = index + url.length;
  }
  return html`${parts}${text.slice(end)}`;
}
