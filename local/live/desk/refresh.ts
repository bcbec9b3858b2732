/**
 * What runs in the browser: every ten seconds the page is asked for anew, and what it shows is put in the place of what it showed
 * before; not while it is hidden or something on it is marked. What was opened stays open. A choice shows at once.
 */
export const refreshScript = `"use strict";
const everySeconds = 10;
const opened = () => [...document.querySelectorAll("details[open][id]")].map(({ id }) => id);

async function refresh() {
  if (document.hidden || !getSelection().isCollapsed) return;
  try {
    const response = await fetch(location.href);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const open = opened();
    document.querySelector("main").replaceWith(page.querySelector("main"));
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    document.body.classList.remove("lost");
  } catch {
    document.body.classList.add("lost");
  }
}

const again = () => setTimeout(() => refresh().finally(again), everySeconds * 1000);
if (document.querySelector("main[data-live]")) again();
document.querySelector("header form")?.addEventListener("change", ({ currentTarget }) => currentTarget.submit());
`;
