// Opens a report page as a browser would (jsdom) and prints what is in it as JSON: `node render.mjs PAGE.html`.
// Where it stands: tests/report; html_report_test.cpp reads what it prints. Exit status 77: jsdom is not installed.
import { readFileSync } from "node:fs";

let jsdom;
try {
  jsdom = await import("jsdom");
} catch {
  process.exit(77);
}
const errors = [];
const virtualConsole = new jsdom.VirtualConsole();
virtualConsole.on("jsdomError", (error) => errors.push(String(error.detail ?? error)));
const { window } = new jsdom.JSDOM(readFileSync(process.argv[2], "utf8"), { runScripts: "dangerously", virtualConsole });
const all = (selector) => [...window.document.querySelectorAll(selector)];
const pictures = {};
for (const svg of all("figure svg")) {
  if (svg.getAttribute("aria-label")) pictures[svg.getAttribute("aria-label")] = svg.querySelectorAll("rect, path").length;
}
// Lines that leave their picture: numbers of a path far beyond its size.
const outside = [];
for (const svg of all("figure svg")) {
  const most = 1.5 * Math.max(Number(svg.getAttribute("width")), Number(svg.getAttribute("height")));
  const numbers = [...svg.querySelectorAll("path")].flatMap((path) => (path.getAttribute("d") ?? "").match(/-?[\d.]+/g) ?? []);
  if (numbers.some((number) => Math.abs(Number(number)) > most)) outside.push(svg.getAttribute("aria-label"));
}
const buffers = all("svg[aria-label='Memory map over time'] g[aria-label='rect']").map((g) => g.querySelectorAll("rect").length);
console.log(JSON.stringify({
  errors,
  title: window.document.title,
  headings: all("h2").map((h) => h.textContent),
  tiles: Object.fromEntries(all(".tile").map((t) => [t.querySelector(".name").firstChild.textContent, t.querySelector(".value").textContent])),
  estimates: all(".tile .estimate").length,
  verdicts: all(".verdict").map((v) => v.textContent),
  pictures,
  outside,
  memory_rectangles: buffers,
  rows: all("tbody tr").length,
  classes: all("div[aria-label^='Figures of each class'] tbody tr").map((row) => [...row.children].map((cell) => cell.textContent)),
  markup: all("b, script:not([id])").filter((e) => e.tagName === "B").length,
}));
