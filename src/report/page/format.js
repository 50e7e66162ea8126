// Numbers as text, and HTML elements from JavaScript. Nothing here knows about Mote.
"use strict";

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const significant = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

const format = {
  count: (n) => grouped.format(n),
  number: (n) => (Math.abs(n) >= 1000 ? grouped.format(n) : significant.format(n)),
  decimals: (n) => n.toFixed(4),
  percent: (share) => `${(share * 100).toFixed(2)} %`,
  bytes(n) {
    if (n < 1024) return `${grouped.format(n)} B`;
    return n < 2 ** 20 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / 2 ** 20).toFixed(1)} MiB`;
  },
  big(n) {
    if (n >= 1e9) return `${significant.format(n / 1e9)} G`;
    if (n >= 1e6) return `${significant.format(n / 1e6)} M`;
    return n >= 1e4 ? `${significant.format(n / 1e3)} k` : grouped.format(n);
  },
  milliseconds: (n) => (n >= 1 ? `${significant.format(n)} ms` : `${significant.format(n * 1000)} µs`),
  microjoules: (n) => (n >= 1000 ? `${significant.format(n / 1000)} mJ` : `${significant.format(n)} µJ`),
  days: (n) => (n >= 730 ? `${significant.format(n / 365.25)} years` : `${significant.format(n)} days`),
};

/** element("p", {class: "soft"}, "text", child...): text is never read as HTML. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A table. columns: [{title, value: row => text, text: left-aligned?}]; footer: texts or null. */
function table(columns, rows, caption, footer = null) {
  const kind = (column) => (column.text ? { class: "text" } : {});
  const head = element("tr", {}, ...columns.map((c) => element("th", { scope: "col", ...kind(c) }, c.title)));
  const cell = (column, value) => element("td", column.text && value.length > 40 ? { class: value.length > 160 ? "text widest" : "text wide" } : kind(column), value);  // long texts wrap
  const body = rows.map((row) => element("tr", {}, ...columns.map((c) => cell(c, c.value(row)))));
  const parts = [element("caption", { class: "soft", style: "text-align:left" }, caption), element("thead", {}, head), element("tbody", {}, ...body)];
  if (footer) parts.push(element("tfoot", {}, element("tr", {}, ...columns.map((c, i) => element("td", kind(c), footer[i] ?? "")))));
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, element("table", {}, ...parts));
}

/** A picture with its caption, and the same data as a table for those who do not see it. */
function figure(caption, picture, data = null) {
  const parts = [element("figcaption", {}, caption), picture];
  if (data) parts.push(element("details", {}, element("summary", {}, "The same as a table"), data));
  return element("figure", {}, ...parts);
}

function legend(entries) {
  return element("ul", { class: "legend" }, ...entries.map(([label, style]) => element("li", {}, element("i", { style }), label)));
}
