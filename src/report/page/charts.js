// The pictures of a report, each from one section of the JSON (docs/reports.md), drawn by Observable Plot.
// Colours are CSS variables, so that one drawing serves light and dark.
"use strict";

const kKinds = ["input", "activation", "output", "scratch", "state", "other"];
const kindOf = (buffer) => (kKinds.includes(buffer.kind) ? buffer.kind : "other");
const colour = (kind) => `var(--${kind})`;
const plotStyle = { background: "transparent", fontSize: "12px", fontFamily: "inherit" };

/** Rows: the true class; columns: what the board answered. The shade is the share of the row. */
function confusionChart(accuracy) {
  const counts = accuracy.confusion;
  const names = accuracy.classes ?? counts.map((_, i) => String(i));
  const cells = counts.flatMap((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => ({ truth: names[i], answer: names[j], count, share: total ? count / total : 0, right: i === j }));
  });
  const longest = Math.max(...names.map((name) => name.length));
  const side = Math.min(64, Math.max(26, 620 / names.length));
  const margin = 24 + 7 * longest;
  const tilt = longest * 7.2 > side;
  return Plot.plot({
    width: margin + side * names.length + 30, height: side * names.length + (tilt ? margin * 0.75 : 36) + 24, style: plotStyle,
    marginLeft: margin, marginTop: 26, marginRight: 30, marginBottom: tilt ? margin * 0.75 : 36, padding: 0.06,
    ariaLabel: "Confusion matrix", ariaDescription: "Rows are true classes, columns are answers; the same numbers are in the table below.",
    x: { domain: names, label: "answered", tickRotate: tilt ? -40 : 0, tickSize: 0, labelAnchor: "center" },
    y: { domain: names, label: "true class", tickSize: 0, labelAnchor: "top" },
    marks: [
      Plot.cell(cells, { x: "answer", y: "truth", fill: "var(--panel)" }),
      Plot.cell(cells, { x: "answer", y: "truth", fill: (d) => (d.right ? "var(--accent)" : "var(--bad)"), fillOpacity: "share",
        title: (d) => `${d.truth} answered as ${d.answer}: ${d.count} (${format.percent(d.share)})` }),
      Plot.text(cells, { x: "answer", y: "truth", text: (d) => (d.count ? String(d.count) : ""), fontSize: Math.min(13, side * 0.4),
        fill: (d) => (d.share > 0.55 ? "var(--on-accent)" : "var(--ink)") }),
    ],
    color: { type: "identity" }, opacity: { type: "identity" },
  });
}

/** Where two buffers share bytes while both live: the planner let a layer write over its own input. */
function overlaps(buffers) {
  const found = [];
  buffers.forEach((a, i) => buffers.slice(i + 1).forEach((b) => {
    const first = Math.max(a.first, b.first), last = Math.min(a.last, b.last);
    const low = Math.max(a.offset, b.offset), high = Math.min(a.offset + a.bytes, b.offset + b.bytes);
    if (first <= last && low < high) found.push({ first, last, low, high, names: `${a.name} and ${b.name}` });
  }));
  return found;
}

/** x: the steps of the inference (-1: before it); y: bytes of the arena. One rectangle a buffer. */
function memoryChart(memory) {
  const buffers = memory.buffers;
  const first = Math.min(...buffers.map((b) => b.first));
  const last = Math.max(...buffers.map((b) => b.last));
  const top = Math.max(memory.arena_bytes ?? 0, ...buffers.map((b) => b.offset + b.bytes));
  const shared = overlaps(buffers);
  const pixelsPerStep = 940 / (last - first + 1), pixelsPerByte = 340 / top;
  const named = buffers.filter((b) => b.bytes * pixelsPerByte >= 15 && (b.last - b.first + 1) * pixelsPerStep >= 12 + 6.6 * b.name.length);
  const seen = (b) => b.offset + Math.max(b.bytes, 3 / pixelsPerByte);  // at least three pixels high
  const title = (b) => `${b.name} (${kindOf(b)})\n${format.count(b.bytes)} bytes at ${b.offset}\nsteps ${b.first} to ${b.last}`;
  return Plot.plot({
    width: 1010, height: 430, marginLeft: 66, marginBottom: 46, style: plotStyle,
    ariaLabel: "Memory map over time", ariaDescription: "One rectangle a buffer: left to right its life, bottom to top its bytes in the arena.",
    x: { domain: [first, last + 1], label: "step of the inference →", tickSize: 0,
      ticks: d3.range(first, last + 1).filter((i) => last - first < 40 || i % 5 === 0).map((i) => i + 0.5),
      tickFormat: (x) => (x < 0 ? "in" : String(Math.floor(x))) },
    y: { domain: [0, top], label: "↑ bytes of the arena", grid: true, nice: false, tickFormat: (n) => grouped.format(n) },
    marks: [
      Plot.rect(buffers, { x1: "first", x2: (b) => b.last + 1, y1: "offset", y2: seen, fill: (b) => colour(kindOf(b)),
        fillOpacity: 0.75, stroke: "var(--paper)", strokeWidth: 1, title }),
      Plot.rect(shared, { x1: "first", x2: (o) => o.last + 1, y1: "low", y2: "high", fill: "url(#in-place)", stroke: "var(--ink)",
        strokeDasharray: "3 2", title: (o) => `in place: ${o.names} share ${format.count(o.high - o.low)} bytes in step ${o.first}` }),
      Plot.text(named, { x: (b) => (b.first + b.last + 1) / 2, y: (b) => b.offset + b.bytes / 2, text: "name", fill: "var(--ink)", pointerEvents: "none",
        stroke: "var(--paper)", strokeWidth: 3, strokeOpacity: 0.7 }),
      Plot.ruleY([memory.arena_bytes ?? top], { stroke: "var(--ink)", strokeDasharray: "5 4" }),
      Plot.tip(buffers, Plot.pointer({ x: (b) => (b.first + b.last + 1) / 2, y: (b) => b.offset + b.bytes / 2, title,
        fill: "var(--panel)", stroke: "var(--line)" })),
      () => svgPattern(),
    ],
    color: { type: "identity" },
  });
}

/** Diagonal lines, the sign of bytes that are used in place. */
function svgPattern() {
  const ns = "http://www.w3.org/2000/svg";
  const definitions = document.createElementNS(ns, "defs");
  const pattern = document.createElementNS(ns, "pattern");
  for (const [key, value] of Object.entries({ id: "in-place", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" })) pattern.setAttribute(key, value);
  const line = document.createElementNS(ns, "line");
  for (const [key, value] of Object.entries({ x1: 0, y1: 0, x2: 0, y2: 6, stroke: "var(--ink)", "stroke-width": 1.5, "stroke-opacity": 0.6 })) line.setAttribute(key, value);
  pattern.append(line);
  definitions.append(pattern);
  return definitions;
}

/** One bar a layer, in the order of execution; the label at its end is its share of the whole. */
function layerChart(layers, key, label) {
  const rows = layers.map((layer, i) => ({ name: `${i} ${layer.name}`, value: layer[key] ?? 0, op: layer.op ?? "" }));
  const total = rows.reduce((sum, row) => sum + row.value, 0);
  const longest = Math.min(34, Math.max(...rows.map((row) => row.name.length)));
  const short = (name) => (name.length > 34 ? `${name.slice(0, 32)}…` : name);
  return Plot.plot({
    width: 1010, height: 72 + 22 * rows.length, marginBottom: 44, marginLeft: 20 + 7 * longest, marginRight: 70, style: plotStyle,
    ariaLabel: label, ariaDescription: "One bar a layer in the order of execution; the table of layers below has the same numbers.",
    x: { label: `${label} →`, grid: true, tickFormat: (n) => format.big(n), nice: true },
    y: { domain: rows.map((row) => row.name), label: null, tickFormat: short, tickSize: 0 },
    marks: [
      Plot.barX(rows, { x: "value", y: "name", fill: "var(--accent)", title: (d) => `${d.name} (${d.op}): ${format.count(d.value)}` }),
      Plot.text(rows, { x: "value", y: "name", text: (d) => (total ? `${((100 * d.value) / total).toFixed(1)} %` : ""), textAnchor: "start", dx: 5, fill: "var(--soft)" }),
      Plot.ruleX([0], { stroke: "var(--line)" }),
    ],
  });
}

/** One curve a class, each class against the rest; the diagonal is chance. */
function rocChart(curves) {
  const rows = curves.flatMap((curve) => curve.points.map(([x, y]) => ({ x, y, name: curve.class, auc: curve.auc })));
  return Plot.plot({
    width: 480, height: 400, marginLeft: 50, marginBottom: 44, style: plotStyle, ariaLabel: "ROC curves",
    ariaDescription: "Each class against the rest; the areas are in the table of classes.",
    x: { domain: [0, 100], label: "called so of the others (%) →", grid: true, percent: true }, y: { domain: [0, 100], label: "↑ called so of its own (%)", grid: true, percent: true },
    color: { legend: curves.length > 1 && curves.length <= 12, scheme: "category10", domain: curves.map((curve) => curve.class) },
    marks: [
      Plot.line([[0, 0], [1, 1]], { stroke: "var(--line)", strokeDasharray: "4 3" }),
      Plot.line(rows, { x: "x", y: "y", z: "name", stroke: "name", strokeWidth: 1.8, title: (d) => `${d.name}: area ${significant.format(d.auc)}` }),
    ],
  });
}

/** How many examples got which score: normal ones up, others down; the line is the threshold. */
function scoreChart(anomaly) {
  const { edges, normal, anomalous, logarithmic } = anomaly.histogram;
  const bins = normal.flatMap((count, i) => [
    { from: edges[i], to: edges[i + 1], count, kind: "normal" }, { from: edges[i], to: edges[i + 1], count: -anomalous[i], kind: "anomaly" }]).filter((bin) => bin.count !== 0);
  const most = Math.max(1, ...normal, ...anomalous);
  return Plot.plot({
    width: 480, height: 400, marginLeft: 56, marginBottom: 44, style: plotStyle, ariaLabel: "Scores",
    ariaDescription: "Histogram of the scores: normal examples upwards, anomalies downwards; the dashed line is the threshold of alarms.",
    x: { type: logarithmic ? "log" : "linear", domain: [edges[0], Math.max(edges.at(-1), anomaly.threshold ?? edges.at(-1))], label: "score →", tickFormat: (n) => format.number(n), ticks: 5 },
    y: { domain: [-most, most], label: "↑ normal examples, ↓ anomalies", grid: true, tickFormat: (n) => grouped.format(Math.abs(n)) },
    marks: [
      Plot.rect(bins, { x1: "from", x2: "to", y1: 0, y2: "count", fill: (d) => (d.kind === "normal" ? "var(--accent)" : "var(--bad)"), fillOpacity: 0.75, inset: 0.3,
        title: (d) => `${format.count(Math.abs(d.count))} ${d.kind === "normal" ? "normal examples" : "anomalies"} between ${format.number(d.from)} and ${format.number(d.to)}` }),
      Plot.ruleY([0], { stroke: "var(--line)" }),
      anomaly.threshold === undefined ? null : Plot.ruleX([anomaly.threshold], { stroke: "var(--ink)", strokeDasharray: "5 4" }),
    ],
    color: { type: "identity" },
  });
}

/** How sure the model is against how often it is right; the size of a dot is its number of examples. */
function calibrationChart(bins) {
  const rows = bins.filter((bin) => bin.examples > 0);
  return Plot.plot({
    width: 480, height: 400, marginLeft: 50, marginBottom: 44, style: plotStyle, ariaLabel: "Reliability",
    ariaDescription: "Mean confidence against accuracy, for each tenth of confidence.",
    x: { domain: [0, 100], label: "largest probability (%) →", grid: true, percent: true }, y: { domain: [0, 100], label: "↑ right answers (%)", grid: true, percent: true },
    r: { range: [2, 14] },
    marks: [
      Plot.line([[0, 0], [1, 1]], { stroke: "var(--line)", strokeDasharray: "4 3" }),
      Plot.line(rows, { x: "confidence", y: "accuracy", stroke: "var(--accent)", strokeWidth: 1.5 }),
      Plot.dot(rows, { x: "confidence", y: "accuracy", r: "examples", fill: "var(--accent)", fillOpacity: 0.6,
        title: (d) => `${format.count(d.examples)} examples, ${format.percent(d.confidence)} sure, ${format.percent(d.accuracy)} right` }),
    ],
  });
}

/** Two small pictures over the same epochs: loss, and accuracy on the training and the validation part. */
function trainingCharts(epochs) {
  const has = (key) => epochs.some((epoch) => typeof epoch[key] === "number");
  const common = { width: 480, height: 270, marginLeft: 46, marginRight: 70, style: plotStyle, x: { label: "epoch →", ticks: 6, tickFormat: "d" } };
  const line = (key, name, stroke) => has(key) ? [
    Plot.lineY(epochs, { x: "epoch", y: key, stroke, strokeWidth: 2 }),
    Plot.text(epochs.slice(-1), { x: "epoch", y: key, text: () => name, textAnchor: "start", dx: 5, fill: stroke }),
  ] : [];
  const pictures = [];
  if (has("loss") || has("val_loss")) {
    pictures.push(Plot.plot({ ...common, ariaLabel: "Loss by epoch", y: { label: "↑ loss", grid: true, zero: true, nice: true },
      marks: [...line("loss", "training", "var(--activation)"), ...line("val_loss", "validation", "var(--output)")] }));
  }
  if (has("accuracy") || has("val_accuracy")) {
    pictures.push(Plot.plot({ ...common, ariaLabel: "Accuracy by epoch", y: { label: "↑ accuracy (%)", grid: true, percent: true, nice: true },
      marks: [...line("accuracy", "training", "var(--activation)"), ...line("val_accuracy", "validation", "var(--output)")] }));
  }
  return element("div", { style: "display:flex;flex-wrap:wrap;gap:1rem" }, ...pictures);
}
