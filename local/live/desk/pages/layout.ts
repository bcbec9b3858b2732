import type { ProgramState } from "../processes/watch.ts";
import { html, type Markup } from "../html.ts";
import { ago } from "./times.ts";

export interface Page {
  title: string;
  /** Whether the browser keeps asking for what is new. */
  live: boolean;
  /** Beside the links to all pages. */
  form?: Markup;
  body: Markup;
}

/** What every page tells. */
export interface Surroundings {
  stack: string;
  /** Path of the address that was asked for. */
  path: string;
  programs: readonly ProgramState[];
}

const links = { "/": "Overview", "/dashboards": "Dashboards", "/alerts": "Alerts" };

const isAt = (path: string, link: string) => (link === "/" ? path === "/" : path.startsWith(link));

/** A whole page; where a program has crashed, that first. */
export const layout = ({ title, live, form, body }: Page, { stack, path, programs }: Surroundings): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} · AutoWeave</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
<script src="/refresh.js" defer></script>
</head>
<body>
<header><strong>AutoWeave</strong><span class="stack">${stack}</span>
<nav>${Object.entries(links).map(([link, text]) =>
    isAt(path, link)
      ? html`<a href="${link}" aria-current="page">${text}</a>`
      : html`<a href="${link}">${text}</a>`,
  )}</nav>${form}</header>
<main${live && html` data-live`}>${programs.map(crashOf)}${body}</main>
</body>
</html>
`.text;

const crashOf = ({ name, crash }: ProgramState) =>
  crash &&
  html`<div class="crash" role="alert">
    <h2>${name} has ended</h2>
    Noticed ${ago(crash.noticedAt)}; <code>npm start</code> starts it again. The end of
    <code>${crash.log}</code>:
    <pre>${crash.lastWords}</pre>
  </div> `;
