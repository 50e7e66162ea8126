// Puts the page of a search together: what was searched, the Pareto front as a picture and as a table, all candidates.
"use strict";

const search = JSON.parse(document.getElementById("report").textContent);
const front = search.front ?? [];
document.title = `Search for ${search.board}: Mote report`;
const trained = search.candidates.filter((c) => c.epochs > 0);
const unfit = search.candidates.filter((c) => c.obstacle);

const frontColumns = [
  { title: "#", value: (p) => String(front.indexOf(p) + 1) },
  { title: "validation accuracy", value: (p) => format.percent(p.validation_accuracy) },
  { title: "instructions", value: (p) => format.count(p.instructions) },
  { title: "cycles (estimate)", value: (p) => format.count(p.cycles_estimated) },
  { title: "latency (estimate)", value: (p) => format.milliseconds(p.latency_ms_estimated) },
  { title: "energy (estimate)", value: (p) => (p.energy_uj_estimated === null ? "" : format.microjoules(p.energy_uj_estimated)) },
  { title: "RAM", value: (p) => format.count(p.ram_bytes) },
  { title: "flash", value: (p) => format.count(p.flash_bytes) },
  { title: "settings", text: true, value: (p) => p.settings + (p.within_limits ? "" : " (over a limit)") },
];
const candidateColumns = [
  { title: "#", value: (c) => String(c.id) },
  { title: "epochs", value: (c) => (c.epochs ? String(c.epochs) : "") },
  { title: "validation accuracy", value: (c) => (c.epochs && !c.failure ? format.percent(c.validation_accuracy) : "") },
  { title: "instructions (estimate)", value: (c) => format.count(c.instructions_estimated) },
  { title: "RAM (estimate)", value: (c) => format.count(c.ram_bytes_estimated) },
  { title: "flash (estimate)", value: (c) => format.count(c.flash_bytes_estimated) },
  { title: "settings", text: true, value: (c) => c.settings },
  { title: "remark", text: true, value: (c) => c.obstacle || c.failure },
];

document.getElementById("page").replaceChildren(
  element("h1", {}, `Search for ${search.board}`),
  element("p", { class: "soft" }, `${search.candidates.length} candidates, ${unfit.length} of which cannot fit and were not trained, ${trained.length} trained; rungs of ${search.rungs_epochs.join(", ")} epochs; seed ${search.seed}.`),
  element("p", {}, "Accuracies are on the validation part; the test part was not touched. Each point of the front is reproduced by its project file."),
  element("h2", {}, "Pareto front"),
  figure("No other candidate is better in accuracy, instructions, RAM and flash at once. The larger the dot, the more flash; red ones exceed a limit.", frontChart(search)),
  table(frontColumns, front, "The front, measured in the emulator"),
  element("h2", {}, "All candidates"),
  table(candidateColumns, search.candidates, "In the order of their coming"),
);
