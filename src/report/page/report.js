// Puts the page together: one function a section, each drawn only if its part of the JSON is there.
"use strict";

const report = JSON.parse(document.getElementById("report").textContent);
const nameOf = (thing) => (typeof thing === "string" ? thing : thing?.name ?? "");
const layers = report.layers ?? [];
const performance_ = report.performance ?? {};
const memory = report.memory ?? {};
const accuracy = report.accuracy ?? {};
const anomaly = report.anomaly ?? {};
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

const estimate = () => element("span", { class: "estimate", title: performance_.source ?? "computed, not measured on the chip" }, "estimate");

function tile(name, value, note, estimated = false) {
  return element("div", { class: "tile" },
    element("div", { class: "name" }, name, " ", estimated ? estimate() : null),
    element("div", { class: "value" }, value),
    note ? element("span", { class: "note" }, note) : null);
}

function heading() {
  const board = nameOf(report.board);
  document.title = `${nameOf(report.model)}${board ? ` on ${board}` : ""}: Mote report`;
  const facts = [];
  if (report.board?.description) facts.push(report.board.description);
  if (isNumber(report.board?.clock_hz)) facts.push(`${report.board.clock_hz / 1e6} MHz`);
  if (report.model?.file) facts.push(report.model.file);
  return [element("h1", {}, `${nameOf(report.model)}${board ? ` on ${board}` : ""}`), facts.length ? element("p", { class: "soft" }, facts.join(" · ")) : null];
}

function accuracyTiles() {
  const tiles = [];
  const within = (interval) => `95 % of resampled recordings: ${format.decimals(interval.low)} to ${format.decimals(interval.high)}`;
  if (isNumber(anomaly.auc?.value)) tiles.push(tile("AUC of the score", format.decimals(anomaly.auc.value), within(anomaly.auc)));
  if (isNumber(anomaly.partial_auc?.value)) tiles.push(tile("Partial AUC", format.decimals(anomaly.partial_auc.value), `false alarms up to ${format.percent(anomaly.partial_rate)}; ${within(anomaly.partial_auc)}`));
  if (report.anomaly) return tiles;
  const of = isNumber(accuracy.samples) ? `of ${format.count(accuracy.samples)} test samples` : "";
  if (isNumber(accuracy.float)) tiles.push(tile("Accuracy, float", format.percent(accuracy.float), of));
  if (isNumber(accuracy.int8)) tiles.push(tile("Accuracy, int8 reference", format.percent(accuracy.int8), of));
  if (isNumber(accuracy.board)) tiles.push(tile("Accuracy, on the board", format.percent(accuracy.board), of));
  return tiles;
}

function costTiles() {
  const ramParts = [["arena_bytes", "arena"], ["state_bytes", "state"], ["stack_bytes", "stack"]].filter(([key]) => isNumber(memory[key]));
  const tiles = [];
  if (isNumber(memory.ram_bytes)) tiles.push(tile("RAM", format.bytes(memory.ram_bytes), ramParts.map(([key, name]) => `${name} ${format.count(memory[key])} B`).join(", ")));
  if (isNumber(memory.flash_bytes)) tiles.push(tile("Flash", format.bytes(memory.flash_bytes), "code and constants of the model"));
  const p = performance_;
  if (isNumber(p.macs)) tiles.push(tile("Multiply-accumulates", format.big(p.macs), "of one inference"));
  if (isNumber(p.instructions)) tiles.push(tile("Instructions", format.big(p.instructions), "counted in the emulator"));
  if (isNumber(p.cycles_estimated)) tiles.push(tile("Cycles", format.big(p.cycles_estimated), null, true));
  if (isNumber(p.latency_ms_estimated)) tiles.push(tile("Latency", format.milliseconds(p.latency_ms_estimated), "of one inference", true));
  if (isNumber(p.energy_uj_estimated)) tiles.push(tile("Energy", format.microjoules(p.energy_uj_estimated), "of one inference", true));
  if (isNumber(p.battery_days_estimated)) tiles.push(tile("Battery life", format.days(p.battery_days_estimated), p.battery_assumption, true));
  return tiles;
}

function headline() {
  const parts = [element("div", { class: "tiles" }, ...accuracyTiles(), ...costTiles())];
  if (typeof accuracy.bit_exact === "boolean") {
    const outputs = isNumber(accuracy.samples) ? `all ${format.count(accuracy.samples)} outputs` : "all outputs";
    parts.push(element("p", {}, element("span", { class: `verdict ${accuracy.bit_exact ? "yes" : "no"}` },
      accuracy.bit_exact ? `✓ Bit for bit: ${outputs} of the board equal the int8 reference.` : "✗ The board's outputs differ from the int8 reference.")));
  }
  if (performance_.source) parts.push(element("p", { class: "soft" }, `Estimates: cycles and latency without wait states, from ${performance_.source}${performance_.energy_source ? `; energy from ${performance_.energy_source}` : ""}. Not measured on a chip.`));
  return parts;
}

function limits() {
  const columns = [
    { title: "What", text: true, value: (l) => l.name }, { title: "Limit", value: (l) => `${format.number(l.limit)} ${l.unit ?? ""}` },
    { title: "Is", value: (l) => `${format.number(l.value)} ${l.unit ?? ""}` },
    { title: "", text: true, value: (l) => element("span", { class: `verdict ${l.met ? "yes" : "no"}` }, l.met ? "✓ met" : "✗ missed") },
  ];
  return [element("h2", {}, "Limits"), table(columns, report.limits, "What the application demands of itself")];
}

function confusion() {
  const names = accuracy.classes ?? accuracy.confusion.map((_, i) => String(i));
  const columns = [{ title: "true \\ answered", text: true, value: (r) => r.name }, ...names.map((name, j) => ({ title: name, value: (r) => String(r.counts[j]) }))];
  const rows = accuracy.confusion.map((counts, i) => ({ name: names[i], counts }));
  return [element("h2", {}, "What it confuses"),
    figure("Every row is a true class, every column what the model answered. The shade is the share of the row.", confusionChart(accuracy),
      table(columns, rows, "Confusion matrix, number of samples"))];
}

function classes() {
  const rows = accuracy.per_class;
  // Of a class without examples nothing can be found or missed.
  const text = (r, key) => (isNumber(r[key]) && (r.examples > 0 || !["recall", "f1", "auc"].includes(key)) ? significant.format(r[key]) : "–");
  const optional = [["auc", "AUC"], ["false_accepts_per_hour", "False accepts an hour"]].filter(([key]) => rows.some((r) => isNumber(r[key])));
  const columns = [
    { title: "Class", text: true, value: (r) => r.class }, { title: "Examples", value: (r) => format.count(r.examples) },
    ...[["precision", "Precision"], ["recall", "Recall"], ["f1", "F1"], ...optional].map(([key, title]) => ({ title, value: (r) => text(r, key) })),
  ];
  return [element("h2", {}, "Class by class"), table(columns, rows, "Figures of each class, by the reference")];
}

function curves() {
  const pictures = [];
  if (accuracy.roc?.length) pictures.push(rocChart(accuracy.roc));
  if (accuracy.calibration?.bins?.length) pictures.push(calibrationChart(accuracy.calibration.bins));
  const error = accuracy.calibration?.error;
  const columns = [
    { title: "Sure", value: (r) => format.percent(r.confidence) }, { title: "Right", value: (r) => format.percent(r.accuracy) },
    { title: "Examples", value: (r) => format.count(r.examples) },
  ];
  const bins = (accuracy.calibration?.bins ?? []).filter((bin) => bin.examples > 0);
  return [element("h2", {}, "How sure it is"),
    figure(`One picture: each class against the rest at every threshold. The other: how sure the model says it is, and how often it is right${isNumber(error) ? `; they differ by ${format.percent(error)} on average` : ""}.`,
      element("div", { style: "display:flex;flex-wrap:wrap;gap:1rem" }, ...pictures), table(columns, bins, "Reliability"))];
}

function anomalies() {
  const pictures = [];
  if (anomaly.histogram?.edges?.length) pictures.push(scoreChart(anomaly));
  if (anomaly.roc?.length) pictures.push(rocChart([{ class: "anomaly", auc: anomaly.auc.value, points: anomaly.roc }]));
  const share = (value) => (isNumber(value) ? format.percent(value) : "");
  const columns = [
    { title: "Anomaly", text: true, value: (k) => k.class }, { title: "Examples", value: (k) => format.count(k.examples) },
    { title: "AUC against normal", value: (k) => (anomaly.auc && isNumber(k.auc) ? format.decimals(k.auc) : "") }, { title: "Alarms", value: (k) => share(k.hits) },
  ];
  const alarms = isNumber(anomaly.threshold) ? `At the threshold ${format.number(anomaly.threshold)}, chosen on normal examples of the validation part, ${share(anomaly.false_alarms)} of ${format.count(anomaly.normal)} normal examples raise an alarm, and ${share(anomaly.hits)} of ${format.count(anomaly.anomalous)} others.` : "";
  return [element("h2", {}, "What is not normal"), alarms ? element("p", {}, alarms) : null,
    figure("The score of every example, and how many anomalies are found at how many false alarms, for every threshold. The network learnt from normal examples alone.",
      element("div", { style: "display:flex;flex-wrap:wrap;gap:1rem" }, ...pictures), table(columns, anomaly.kinds ?? [], "Kinds of anomaly"))];
}

function costs() {
  const number = (value, text = format.count) => (isNumber(value) ? text(value) : "–");
  const columns = [
    { title: "Board", text: true, value: (c) => c.board }, { title: "MACs", value: (c) => number(c.macs) },
    { title: "Instructions", value: (c) => number(c.instructions_estimated) },
    { title: "Arena", value: (c) => number(c.arena_bytes_estimated, format.bytes) }, { title: "of RAM", value: (c) => number(c.ram_bytes, format.bytes) },
    { title: "Constants", value: (c) => number(c.constant_bytes_estimated, format.bytes) }, { title: "of flash", value: (c) => number(c.flash_bytes, format.bytes) },
  ];
  return [element("h2", {}, "What it would cost"), element("p", { class: "soft" }, "Estimates of the planner, without stack and code; mote profile and mote evaluate --board count them. A dash: no kernels for it."),
    table(columns, report.costs, "Cost of one inference on the project's boards")];
}

function training() {
  const { epochs } = report.training;  // seed and split: see provenance()
  const keys = ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"].filter((key) => epochs.some((e) => isNumber(e[key])));
  const text = (value) => (isNumber(value) ? significant.format(value) : "");
  const columns = keys.map((key) => ({ title: key, value: (e) => text(e[key]) }));
  return [element("h2", {}, "Training"),
    figure(keys.includes("accuracy") ? "Loss and accuracy after every epoch." : "Loss after every epoch.", trainingCharts(epochs), table(columns, epochs, "Training by epoch"))];
}

function memoryMap() {
  const kinds = kKinds.filter((kind) => memory.buffers.some((b) => kindOf(b) === kind));
  const entries = kinds.map((kind) => [kind, `background:${colour(kind)};opacity:.75`]);
  if (overlaps(memory.buffers).length) entries.push(["in place: output written over input", "border:1px dashed currentColor;background:repeating-linear-gradient(135deg,currentColor 0 1px,transparent 1px 4px)"]);
  const steps = memory.steps ?? [];
  const stepName = (i) => (i < 0 ? "before the first" : `${i}${steps[i] ? ` ${steps[i]}` : ""}`);
  const columns = [
    { title: "Buffer", text: true, value: (b) => b.name }, { title: "Kind", text: true, value: kindOf },
    { title: "Offset", value: (b) => format.count(b.offset) }, { title: "Bytes", value: (b) => format.count(b.bytes) },
    { title: "From step", text: true, value: (b) => stepName(b.first) }, { title: "To step", text: true, value: (b) => stepName(b.last) },
  ];
  const picture = element("div", {}, legend(entries), memoryChart(memory));
  return [element("h2", {}, "Memory over time"),
    figure("Left to right: the steps of one inference. Bottom to top: the bytes of the arena. A rectangle is a buffer, as long as it is needed; the dashed line is the size of the arena.",
      picture, table(columns, memory.buffers, "Buffers of the arena"))];
}

function costByLayer() {
  const key = ["cycles_estimated", "instructions", "macs"].find((k) => layers.some((l) => isNumber(l[k])));
  if (!key) return [];
  const label = { cycles_estimated: "cycles (estimate)", instructions: "instructions", macs: "multiply-accumulates" }[key];
  return [element("h2", {}, "Where the time goes"), figure(`One bar a layer, in the order of execution: ${label}.`, layerChart(layers, key, label))];
}

function layerTable() {
  const optional = [
    ["macs", "MACs", format.count], ["instructions", "Instructions", format.count], ["cycles_estimated", "Cycles (est.)", format.count],
    ["latency_ms_estimated", "Latency (est.)", format.milliseconds], ["energy_uj_estimated", "Energy (est.)", format.microjoules],
    ["constant_bytes", "Constants (B)", format.count],
  ].filter(([key]) => layers.some((l) => isNumber(l[key])));
  const columns = [
    { title: "#", value: (l) => String(layers.indexOf(l)) }, { title: "Layer", text: true, value: (l) => l.name ?? "" },
    { title: "Operator", text: true, value: (l) => l.op ?? "" }, { title: "Kernel", text: true, value: (l) => l.kernel ?? "" },
    ...optional.map(([key, title, text]) => ({ title, value: (l) => (isNumber(l[key]) ? text(l[key]) : "") })),
  ];
  const totals = ["", "Sum", "", "", ...optional.map(([key, , text]) => text(layers.reduce((sum, l) => sum + (l[key] ?? 0), 0)))];
  return [element("h2", {}, "Layers"), table(columns, layers, "Cost of every layer for one inference", totals)];
}

function provenance() {
  const entries = [];
  const add = (name, value) => {
    if (value === undefined || value === null || value === "") return;
    entries.push(element("dt", {}, name.replaceAll("_", " ")));
    entries.push(element("dd", {}, Array.isArray(value) ? value.join("; ") : typeof value === "object" ? Object.entries(value).map(([k, v]) => `${k}: ${v}`).join("; ") : String(value)));
  };
  add("Model hash", report.model?.hash);
  add("Seed", report.training?.seed);
  add("Split", report.training?.split);
  add("Board figures", report.board?.sources);
  add("Cycles and latency", performance_.source);
  add("Energy", performance_.energy_source);
  for (const [key, value] of Object.entries(report.provenance ?? {})) add(key, value);
  return entries.length ? [element("h2", {}, "Where the figures come from"), element("dl", {}, ...entries)] : [];
}

const sections = [heading(), headline()];
if (report.limits?.length) sections.push(limits());
if (accuracy.confusion?.length) sections.push(confusion());
if (report.anomaly) sections.push(anomalies());
if (accuracy.per_class?.length) sections.push(classes());
if (accuracy.roc?.length || accuracy.calibration?.bins?.length) sections.push(curves());
if (report.costs?.length) sections.push(costs());
if (memory.buffers?.length) sections.push(memoryMap());
if (layers.length) sections.push(costByLayer());
if (report.training?.epochs?.length) sections.push(training());
if (layers.length) sections.push(layerTable());
sections.push(provenance());
document.getElementById("page").replaceChildren(...sections.flat().filter(Boolean));
