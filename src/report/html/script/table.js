// Tables that sort by any column, and the search over all of their rows and the figures.

const searchable = [];

// What the search looks at: `element` is shown if `text` has all words.
function findable(element, text) {
  searchable.push({ element, text: text.toLowerCase() });
  return element;
}

// A column: its title, its kind (a name in SHOWN), the value of a row, and how it is printed if not as its kind says.
function column(title, kind, value, shown) {
  return { title, kind, value, shown: shown ?? ((v) => SHOWN[kind](v)) };
}

// Texts up to this length stay on one line.
const SHORT = 34;

const TONES = { ok: "ok", FAILED: "failed" };

function cell(column, row, isFirst) {
  const value = column.value(row) ?? null;
  const text = value === null ? (column.missing?.(row) ?? "") : column.shown(value, row);
  const look = column.kind === "text" ? (text.length <= SHORT ? "short" : "long") : "number";
  const attributes = { class: look, "data-value": value, scope: isFirst ? "row" : null };
  const tone = TONES[text];
  return el(isFirst ? "th" : "td", attributes, tone ? el("span", { class: `mark ${tone}` }, text) : text);
}

function compared(a, b) {
  if (a === null || b === null) return (a === null) - (b === null);
  return typeof a === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
}

function sort(table, columns, rows, at) {
  const header = table.tHead.rows[0].cells[at];
  const next = { none: "ascending", ascending: "descending", descending: "none" }[header.ariaSort ?? "none"];
  for (const other of table.tHead.rows[0].cells) other.ariaSort = "none";
  header.ariaSort = next;
  const sign = next === "descending" ? -1 : 1;
  const key = (row) => columns[at].value(row.data) ?? null;
  const order = (a, b) => {
    const [x, y] = [key(a), key(b)];
    return x === null || y === null ? compared(x, y) : sign * compared(x, y);
  };
  const sorted = next === "none" ? rows : [...rows].sort(order);
  table.tBodies[0].append(...sorted.map((row) => row.element));
}

// A table named `name`; columns without a value in any row are left out. `isLasting` tables are searched.
function table(name, all, data, isLasting = true) {
  if (data.length === 0) return null;
  const columns = all.filter((column) => data.some((row) => (column.value(row) ?? null) !== null));
  const rows = data.map((row) => {
    const element = el("tr", {}, columns.map((column, at) => cell(column, row, at === 0)));
    if (isLasting) findable(element, element.textContent);
    return { data: row, element };
  });
  const headers = columns.map((column) => {
    const button = el("button", { type: "button" }, column.title, el("span", { class: "arrow", "aria-hidden": "true" }));
    return el("th", { scope: "col", "aria-sort": "none", class: column.kind === "text" ? null : "number" }, button);
  });
  const made = el("table", { class: columns.length > 12 ? "wide" : null },
    el("caption", {}, name),
    el("thead", {}, el("tr", {}, headers)),
    el("tbody", {}, rows.map((row) => row.element)));
  headers.forEach((header, at) => header.firstChild.addEventListener("click", () => sort(made, columns, rows, at)));
  return el("div", { class: "card scroll", tabindex: "0", role: "region", "aria-label": `${name}, table` }, made);
}

// The box above everything: search, links to the sections, and what is found.
function tools(sections) {
  const found = el("output", { "aria-live": "polite", for: "search" });
  const box = el("input", { type: "search", id: "search", placeholder: "Search names, codes, numbers", autocomplete: "off" });
  const search = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let rows = 0;
    for (const { element, text } of searchable) {
      const isFound = words.every((word) => text.includes(word));
      element.hidden = !isFound;
      rows += isFound && element.tagName === "TR" ? 1 : 0;
    }
    const all = searchable.filter(({ element }) => element.tagName === "TR").length;
    found.textContent = words.length === 0 ? "" : `${count(rows)} of ${count(all)} rows`;
    document.body.classList.toggle("searching", words.length > 0);
    for (const part of document.querySelectorAll(".found-in")) {
      part.hidden = words.length > 0 && part.querySelector("tbody tr:not([hidden]), figure:not([hidden])") === null;
    }
  };
  box.addEventListener("input", search);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    box.value = "";
    search();
  });
  addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLInputElement;
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.focus();
  });
  const links = sections.map(([id, title]) => el("a", { href: `#${id}` }, title));
  document.getElementById("tools").append(
    el("nav", { "aria-label": "Sections" }, links),
    el("search", {}, el("label", { for: "search", class: "unseen" }, "Search the page"), box, found));
}
