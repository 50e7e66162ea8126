// Draws what `./x bench` measured as one SVG: `node chart.mjs REPORT.json CHART.svg`. Bars are shares of the other
// framework's figure (1 = as much as it needs), a row a board, a panel a model. Where it stands: tests/bench; run by
// bench.py. Observable Plot draws, jsdom gives it a document. Exit status 77: they are not installed.
import { readFileSync, writeFileSync } from "node:fs";

let JSDOM, Plot;
try {
  ({ JSDOM } = await import("jsdom"));
  Plot = await import("@observablehq/plot");
} catch {
  process.exit(77);
}
const [source, target] = process.argv.slice(2);
const { rows } = JSON.parse(readFileSync(source, "utf8"));
const bars = rows.filter((row) => row.share !== null && row.share !== undefined);
const document = new JSDOM("").window.document;
const models = [...new Set(bars.map((bar) => bar.model))];
const labels = [...new Set(bars.map((bar) => bar.label))];
const ink = "#1f2933", ours = "#0f766e", line = "#b45309";
const chart = Plot.plot({
  document,
  width: 960,
  height: 70 + labels.length * 20 + 20,
  marginLeft: 190,
  marginRight: 20,
  marginTop: 44,
  marginBottom: 44,
  style: { background: "white", color: ink, fontFamily: "system-ui, sans-serif", fontSize: "12px" },
  ariaLabel: "Mote's cost as a share of the reference's, by board and model",
  x: { domain: [0, 1.15], ticks: [0, 0.5, 1], tickFormat: String, label: "share of the reference's cost (shorter is better; the dashed line is the reference)", grid: true },
  y: { domain: labels, label: null, tickSize: 0 },
  fx: { domain: models, label: null },
  marks: [
    Plot.barX(bars, { x: (d) => Math.min(d.share, 1.15), y: "label", fx: "model", fill: ours, insetTop: 2, insetBottom: 2 }),
    Plot.text(bars, { x: (d) => Math.min(d.share, 1.15), y: "label", fx: "model", text: (d) => d.share.toFixed(2), textAnchor: "start", dx: 4, fill: ink }),
    Plot.ruleX([1], { stroke: line, strokeDasharray: "3,3" }),
    Plot.ruleX([0], { stroke: ink }),
  ],
});
chart.setAttribute("xmlns", "http://www.w3.org/2000/svg");
const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
title.textContent = "Shorter is better: instructions (or estimated cycles) of one inference as a share of the reference's";
chart.prepend(title);
writeFileSync(target, chart.outerHTML + "\n");
