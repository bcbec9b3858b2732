import { hex, theme } from "../../dashboards/draw/colors.ts";

/** The style sheet of all pages, in the colours of the dashboards' drawings. */
export const style = `
:root { color-scheme: dark; --bad: ${hex("red")}; }
* { box-sizing: border-box; }
body { margin: 0; background: ${theme.page}; color: ${theme.text}; font: 14px/1.45 "DejaVu Sans", system-ui, sans-serif; }
a { color: ${theme.link}; text-decoration: none; }
a:hover { text-decoration: underline; }
code, pre { font: 12.5px/1.5 "DejaVu Sans Mono", ui-monospace, monospace; }
header { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: center;
  padding: 10px 20px; background: ${theme.panel}; border-bottom: 1px solid ${theme.border}; }
header strong { font-size: 15px; }
header nav { display: flex; gap: 16px; }
header [aria-current] { color: ${theme.text}; box-shadow: 0 2px ${hex("orange")}; }
header .stack, .faint { color: ${theme.faint}; }
header form { display: flex; flex-wrap: wrap; gap: 10px; margin-left: auto; }
select, button { padding: 3px 6px; background: ${theme.page}; color: inherit; border: 1px solid ${theme.border}; border-radius: 3px; font: inherit; }
label { color: ${theme.faint}; }
main { padding: 16px 20px 40px; }
.lost main { opacity: 0.4; }
.lost header::after { content: "The desk does not answer: what is below is old."; color: ${hex("red")}; }
h1 { margin: 0 0 4px; font-size: 20px; }
h2 { margin: 26px 0 8px; font-size: 16px; }
p { margin: 4px 0 12px; }
section, .crash { background: ${theme.panel}; border: 1px solid ${theme.border}; border-radius: 3px; padding: 10px 14px; margin-bottom: 12px; }
section > h2 { margin-top: 0; }
.crash { border-color: ${hex("red")}; background: #2b1619; }
.crash h2 { margin: 0; color: ${hex("red")}; }
pre { margin: 6px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; color: ${theme.link}; font-size: 12px; font-weight: bold; }
th, td { padding: 4px 12px 4px 0; vertical-align: top; }
tbody tr:nth-child(odd) { background: #1f2329; }
td:first-child, th:first-child { padding-left: 8px; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.name { white-space: nowrap; }
table.alerts { table-layout: fixed; }
table.alerts td { overflow-wrap: anywhere; }
table.alerts th:nth-child(n) { width: 8%; }
table.alerts th:nth-child(4) { width: 16%; }
table.alerts th:nth-child(6) { width: 11%; }
table.alerts th:nth-child(8) { width: 28%; }
.links a, .address { margin-right: 12px; }
.address { white-space: nowrap; display: inline-block; }
h2 .faint { font-weight: normal; font-size: 14px; margin-left: 8px; }
td.time { white-space: nowrap; }
.badge { display: inline-block; min-width: 70px; padding: 0 8px; border-radius: 8px; text-align: center; font-size: 12px; color: #111217; background: ${theme.faint}; }
.badge.firing, .badge.critical, .badge.ended, .badge.error { background: ${hex("red")}; }
.badge.warning { background: ${hex("orange")}; }
.badge.resolved, .badge.running { background: ${hex("green")}; }
.badge.info { background: ${hex("blue")}; }
.bad { color: ${hex("red")}; }
.warn { color: ${hex("orange")}; }
.drawing { padding: 8px; }
.drawing svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.drawing a:hover rect { fill: #2a3038; }
.waterfall details { border-bottom: 1px solid ${theme.grid}; }
.waterfall summary { display: grid; grid-template-columns: minmax(280px, 32%) 1fr; gap: 10px; padding: 2px 0; cursor: pointer; list-style: none; }
.waterfall summary:hover { background: #1f2329; }
.waterfall .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.waterfall .track { position: relative; height: 20px; }
.waterfall .track i { position: absolute; top: 4px; height: 12px; min-width: 2px; border-radius: 2px; }
.waterfall .track span { position: absolute; top: 0; padding: 0 6px; font-size: 12px; white-space: nowrap; }
.waterfall dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 4px 0 10px 24px; font-size: 12.5px; }
.waterfall dt { color: ${theme.faint}; }
.waterfall dd { margin: 0; overflow-wrap: anywhere; }
`;
