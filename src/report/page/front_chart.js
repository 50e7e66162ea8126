// The Pareto front: validation accuracy over instructions, by Observable Plot. Faint dots are the other candidates.
"use strict";

function frontChart(search) {
  const trained = search.candidates.filter((c) => c.epochs > 0 && !c.failure);
  const front = (search.front ?? []).map((p, i) => ({ ...p, number: i + 1 }));
  const ids = new Set(front.map((p) => p.id));
  const others = trained.filter((c) => !ids.has(c.id));
  const title = (d) => `${d.settings}\n${format.percent(d.validation_accuracy)}, RAM ${format.count(d.ram_bytes ?? d.ram_bytes_estimated)} B, flash ${format.count(d.flash_bytes ?? d.flash_bytes_estimated)} B`;
  return Plot.plot({
    width: 900, height: 420, marginLeft: 70, inset: 12, marginBottom: 44, grid: true, style: { background: "transparent", fontSize: "12px", fontFamily: "inherit" },
    ariaLabel: "Pareto front", ariaDescription: "Accuracy over instructions of one inference; the same numbers are in the table below.",
    x: { type: "log", label: "instructions of one inference →", tickFormat: (d) => format.count(d) },
    y: { label: "↑ validation accuracy", tickFormat: (d) => `${Math.round(100 * d)} %` },
    r: { range: [4, 14] },
    marks: [
      Plot.dot(others, { x: "instructions_estimated", y: "validation_accuracy", r: 3, fill: "var(--other)", fillOpacity: 0.5, title }),
      Plot.dot(front, { x: "instructions", y: "validation_accuracy", r: "flash_bytes", fill: (d) => (d.within_limits ? "var(--accent)" : "var(--bad)"), fillOpacity: 0.75, title }),
      Plot.text(front, { x: "instructions", y: "validation_accuracy", text: (d) => String(d.number), dy: -16, fill: "var(--ink)" }),
    ],
    color: { type: "identity" },
  });
}
