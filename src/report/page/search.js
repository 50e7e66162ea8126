// Puts the page of a search together: what was searched, the Pareto front as a picture and as a table, all candidates.
"use strict";

const search = JSON.parse(document.getElementById("report").textContent);
const front = search.front ?? [];
document.title = `Search for ${search.board}: Mote report`;
const trained = search.candidates.filter((c) => c.epochs > 0);
const unfit = search.candidates.filter((c) => c.obstacle);

const folds = search.folds ?? [];
const foldColumns = folds.length ? [{ title: "each fold", value: (p) => (p.fold_accuracies ?? []).map((a) => format.percent(a)).join(" ") }] : [];
// The reference stands in the table whether or not it is on the front.
const reference = search.reference && !front.some((p) => p.reference) ? [{ ...search.reference, reference: true }] : [];
const remark = (p) => (p.within_limits ? "" : " (over a limit)") + (p.beats_reference ? " (better than the reference in accuracy and instructions)" : "");
const better = front.filter((p) => p.beats_reference);

const frontColumns = [
  { title: "#", value: (p) => (front.includes(p) ? String(front.indexOf(p) + 1) : "") },
  { title: "validation accuracy", value: (p) => format.percent(p.validation_accuracy) },
  ...foldColumns,
  { title: "instructions", value: (p) => format.count(p.instructions) },
  { title: "cycles (estimate)", value: (p) => format.count(p.cycles_estimated) },
  { title: "latency (estimate)", value: (p) => format.milliseconds(p.latency_ms_estimated) },
  { title: "energy (estimate)", value: (p) => (p.energy_uj_estimated === null ? "" : format.microjoules(p.energy_uj_estimated)) },
  { title: "RAM", value: (p) => format.count(p.ram_bytes) },
  { title: "flash", value: (p) => format.count(p.flash_bytes) },
  { title: "settings", text: true, value: (p) => p.settings + remark(p) },
];
const candidateColumns = [
  { title: "#", value: (c) => String(c.id) },
  { title: "epochs", value: (c) => (c.epochs ? String(c.epochs) : "") },
  { title: "validation accuracy", value: (c) => (c.epochs && !c.failure ? format.percent(c.validation_accuracy) : "") },
  ...foldColumns,
  { title: "instructions (estimate)", value: (c) => format.count(c.instructions_estimated) },
  { title: "RAM (estimate)", value: (c) => format.count(c.ram_bytes_estimated) },
  { title: "flash (estimate)", value: (c) => format.count(c.flash_bytes_estimated) },
  { title: "settings", text: true, value: (c) => c.settings },
  { title: "remark", text: true, value: (c) => c.obstacle || c.failure },
];

document.getElementById("page").replaceChildren(
  element("h1", {}, `Search for ${search.board}`),
  element("p", { class: "soft" }, `${search.candidates.length} candidates, ${unfit.length} of which cannot fit and were not trained, ${trained.length} trained; rungs of ${search.rungs_epochs.join(", ")} epochs; seed ${search.seed}.`),
  element("p", {}, folds.length
    ? `Accuracies are means over ${folds.length} folds (${folds.map((f) => (f.length > 3 ? `${f.length} groups` : f.join(", "))).join("; ")}), each left out in turn, which served for choosing; the test part was not touched.`
    : "Accuracies are on the validation part; the test part was not touched. Each point of the front is reproduced by its project file."),
  ...(search.reference ? [element("p", {}, `${better.length} of ${front.length} points are better than the reference in accuracy and instructions at once.`)] : []),
  element("h2", {}, "Pareto front"),
  figure("No other candidate is better in accuracy, instructions, RAM and flash at once. The larger the dot, the more flash; red ones exceed a limit; the diamond is the reference.", frontChart(search)),
  table(frontColumns, [...front, ...reference], "The front, measured in the emulator"),
  element("h2", {}, "All candidates"),
  table(candidateColumns, search.candidates, "In the order of their coming"),
);
