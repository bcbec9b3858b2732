import { html, type Markup } from "../html.ts";

const units: [seconds: number, name: string][] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];

/** A length of time, roughly: `3 min`. */
function lasted(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [size, name] = units.find(([size]) => seconds >= size) ?? [1, "s"];
  return `${Math.floor(seconds / size)} ${name}`;
}

/** How long something has lasted, with the moment at which it began on pointing at it. */
export const since = (time: number, now = Date.now()): Markup =>
  html`<span title="${new Date(time).toISOString()}">${lasted(now - time)}</span>`;

/** How long ago something was, with the moment itself on pointing at it. */
export const ago = (time: number, now = Date.now()): Markup => html`${since(time, now)} ago`;
