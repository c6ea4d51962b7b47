// One chart: axes, lines, a cursor with its readout, a table of the same values. Lines are cut to at most a few points
// per pixel, their extremes kept, so that any number of points stays smooth. Knows no document.

// A level this many times as high as what was measured is not drawn.
const FAR = 12;

const PAD = { top: 10, right: 14, bottom: 26 };

// A line of values by interval: `values[k]` holds from `k * step` to the next, or to `end`.
function steps(name, kind, values, { step, end, style = {} }) {
  const length = Math.max(1, Math.ceil(end / step));
  const value = (k) => values[k] ?? 0;
  return {
    name, kind, style,
    at: (x) => (x >= 0 && x < end ? value(Math.floor(x / step)) : null),
    peak(from, to) {
      let peak = 0;
      const last = Math.min(length - 1, Math.floor(to / step));
      for (let k = Math.max(0, Math.floor(from / step)); k <= last; k += 1) peak = Math.max(peak, value(k));
      return peak;
    },
    path(toX, toY, from, to, width) {
      const first = Math.max(0, Math.floor(from / step));
      const last = Math.min(length - 1, Math.ceil(to / step) - 1);
      if (last - first < 2 * width) {
        let path = `M${toX(first * step)},${toY(value(first))}`;
        for (let k = first; k <= last; k += 1) {
          if (k > first && value(k) !== value(k - 1)) path += `V${toY(value(k))}`;
          path += k < last && value(k + 1) === value(k) ? "" : `H${toX(Math.min((k + 1) * step, end))}`;
        }
        return path;
      }
      return extremes(first, last, width, (k) => toX(k * step), (k) => value(k), toY);
    },
    area: (path, toX, toY, from, to) =>
      `${path}L${toX(Math.min(to, end))},${toY(0)}L${toX(Math.max(from, 0))},${toY(0)}Z`,
  };
}

// Points `first` to `last` in at most two points per pixel: the least and the largest value there.
function extremes(first, last, width, x, value, toY) {
  let path = "";
  const share = (last - first + 1) / width;
  for (let column = 0; column < width; column += 1) {
    const begin = first + Math.floor(column * share);
    const end = Math.min(last + 1, first + Math.floor((column + 1) * share));
    let [low, high] = [Infinity, -Infinity];
    for (let k = begin; k < end; k += 1) {
      low = Math.min(low, value(k));
      high = Math.max(high, value(k));
    }
    if (low <= high) path += `${path ? "L" : "M"}${x(begin)},${toY(high)}V${toY(low)}`;
  }
  return path;
}

// A line that jumps: `[[x, y], …]`, each until the next; no line where `y` is null.
function levels(name, kind, points, { end, style = {} }) {
  const until = (k) => (k + 1 < points.length ? points[k + 1][0] : end);
  return {
    name, kind, style,
    at(x) {
      const k = points.findLastIndex(([from]) => from <= x);
      return k < 0 || x >= end ? null : points[k][1];
    },
    peak: (from, to) => points.reduce((top, [x, y], k) => (x <= to && until(k) >= from ? Math.max(top, y ?? 0) : top), 0),
    path(toX, toY) {
      let path = "";
      points.forEach(([x, y], k) => {
        if (y === null) return;
        const joins = k > 0 && points[k - 1][1] !== null;
        path += `${joins ? `V${toY(y)}` : `M${toX(x)},${toY(y)}`}H${toX(until(k))}`;
      });
      return path;
    },
  };
}

// A line through points in order of `x`; `null` values are gaps.
function points(name, kind, xs, ys, { style = {}, position = (x) => x } = {}) {
  const places = xs.map(position);
  const last = (x) => {
    let [low, high] = [0, places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle] <= x) low = middle + 1; else high = middle;
    }
    return low - 1;
  };
  return {
    name, kind, style,
    at: (x) => (x > places[places.length - 1] ? null : ys[last(x)] ?? null),
    peak(from, to) {
      let peak = 0;
      for (let k = Math.max(0, last(from)); k < places.length && places[k] <= to; k += 1) peak = Math.max(peak, ys[k] ?? 0);
      return peak;
    },
    path(toX, toY, from, to, width) {
      const first = Math.max(0, last(from));
      const end = Math.min(places.length - 1, last(to) + 1);
      if (end - first > 4 * width) return extremes(first, end, width, (k) => toX(places[k]), (k) => ys[k] ?? 0, toY);
      let [path, pen] = ["", "M"];
      for (let k = first; k <= end; k += 1) {
        if (ys[k] === null || ys[k] === undefined) pen = "M";
        else {
          path += `${pen}${toX(places[k])},${toY(ys[k])}`;
          pen = "L";
        }
      }
      return path;
    },
  };
}

const px = (n) => Math.round(n * 10) / 10;

// A chart in a figure. `axis` says what x is: its range, ticks, texts, and who else shares its range and cursor.
class Plot {
  constructor({ title, about, lines, axis, height = 190, marks = [], note }) {
    Object.assign(this, { title, lines, axis, height, marks });
    this.kind = lines[0].kind;
    this.readouts = lines.map(() => el("span", { class: "value" }));
    const legend = lines.map((line, at) => el("li", {}, swatch(line), el("span", {}, line.name), this.readouts[at]));
    this.where = el("span", { class: "where" });
    this.area = el("div", {
      class: "plot", tabindex: "0", role: "slider", "aria-label": `${title}: ${axis.name}`, "aria-orientation": "horizontal",
    });
    this.figure = el("figure", { class: "card" },
      el("figcaption", {}, el("span", { class: "title" }, title), about && el("span", { class: "about" }, about), this.where,
        el("ul", { class: "legend" }, legend)),
      this.area, note && el("p", { class: "note" }, note), this.values());
    findable(this.figure, `${title} ${about ?? ""} ${lines.map((line) => line.name).join(" ")}`);
    fillWhenNear(this.figure, () => this.begin());
  }

  begin() {
    new ResizeObserver(() => this.draw()).observe(this.area);
    this.axis.plots.add(this);
    this.area.addEventListener("pointermove", (event) => this.axis.point(this.xOf(event)));
    this.area.addEventListener("pointerleave", () => this.axis.point(null));
    this.area.addEventListener("blur", () => this.axis.point(null));
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("dblclick", () => this.axis.reset());
    this.area.addEventListener("pointerdown", (event) => this.select(event));
    this.draw();
  }

  xOf(event) {
    const box = this.area.getBoundingClientRect();
    const part = (event.clientX - box.left - this.left) / Math.max(1, this.width - this.left - PAD.right);
    const { from, to } = this.axis;
    return from + Math.min(1, Math.max(0, part)) * (to - from);
  }

  key(event) {
    const { axis } = this;
    const length = axis.to - axis.from;
    const at = axis.cursor ?? axis.from;
    const moves = { ArrowLeft: -1 / 100, ArrowRight: 1 / 100, PageDown: -1 / 10, PageUp: 1 / 10 };
    if (event.key in moves) axis.point(Math.min(axis.to, Math.max(axis.from, at + moves[event.key] * length)));
    else if (event.key === "Home") axis.point(axis.from);
    else if (event.key === "End") axis.point(axis.to);
    else if (event.key === "+" || event.key === "=") axis.zoom(at - length / 4, at + length / 4);
    else if (event.key === "-") axis.zoom(at - length, at + length);
    else if (event.key === "Escape") axis.reset();
    else return;
    event.preventDefault();
  }

  // Dragging over a stretch shows it alone.
  select(event) {
    if (event.button !== 0 || event.pointerType === "touch" || !this.axis.zooms) return;
    const begin = this.xOf(event);
    const band = svg("rect", { class: "band", y: PAD.top, height: this.height - PAD.top - PAD.bottom });
    this.svg.append(band);
    this.area.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const [a, b] = [begin, this.xOf(moved)].map((x) => this.toX(x)).sort((x, y) => x - y);
      band.setAttribute("x", a);
      band.setAttribute("width", b - a);
    };
    const end = (ended) => {
      this.area.removeEventListener("pointermove", move);
      band.remove();
      const [a, b] = [begin, this.xOf(ended)].sort((x, y) => x - y);
      if (ended.type === "pointerup" && this.toX(b) - this.toX(a) > 5) this.axis.zoom(a, b);
    };
    this.area.addEventListener("pointermove", move);
    this.area.addEventListener("pointerup", end, { once: true });
    this.area.addEventListener("pointercancel", end, { once: true });
  }

  draw() {
    const { axis, height, kind } = this;
    this.width = Math.max(200, Math.floor(this.area.clientWidth));
    const peaks = (isLevel) => this.lines.filter((line) => Boolean(line.style.isLevel) === isLevel)
      .map((line) => line.peak(axis.from, axis.to));
    const [measured, level] = [Math.max(0, ...peaks(false)), Math.max(0, ...peaks(true))];
    // A cap far above all traffic would press it flat.
    this.isAbove = measured > 0 && level > FAR * measured;
    const peak = this.isAbove ? measured : Math.max(measured, level);
    const values = valueTicks(peak, 4);
    const labels = values.map((value) => SHOWN[kind](value));
    // Mostly the same, so that charts below each other agree.
    this.left = Math.min(110, Math.max(74, 12 + 6.6 * Math.max(...labels.map((label) => label.length))));
    const [right, bottom] = [this.width - PAD.right, height - PAD.bottom];
    const last = values[values.length - 1];
    this.toX = (x) => px(this.left + ((x - axis.from) / (axis.to - axis.from || 1)) * (right - this.left));
    this.toY = (y) => px(bottom - (y / last) * (bottom - PAD.top));
    const clip = fresh("clip");
    const grid = values.flatMap((value, at) => [
      svg("line", { class: "grid", x1: this.left, x2: right, y1: this.toY(value), y2: this.toY(value) }),
      svg("text", { class: "tick", x: this.left - 7, y: this.toY(value) + 4, "text-anchor": "end" }, labels[at]),
    ]);
    const room = Math.max(2, Math.floor((right - this.left) / 92));
    let free = 0;
    const below = axis.ticks(room).flatMap(({ at, text }) => {
      const x = this.toX(at);
      const half = 3.4 * text.length;
      const middle = Math.min(Math.max(x, half), this.width - half);
      const line = svg("line", { class: "grid", x1: x, x2: x, y1: bottom, y2: bottom + 4 });
      if (middle - half < free) return [line];
      free = middle + half + 8;
      return [line, svg("text", { class: "tick", x: middle, y: bottom + 17, "text-anchor": "middle" }, text)];
    });
    this.svg = svg("svg", { width: this.width, height, viewBox: `0 0 ${this.width} ${height}`, "aria-hidden": "true" },
      svg("clipPath", { id: clip }, svg("rect", { x: this.left, y: 0, width: right - this.left, height: bottom + 1 })),
      grid, below, svg("g", { "clip-path": `url(#${clip})` }, this.drawMarks(bottom), this.drawLines(right - this.left)));
    this.cursorLine = svg("line", { class: "cursor", y1: PAD.top, y2: bottom, visibility: "hidden" });
    this.svg.append(this.cursorLine);
    this.area.replaceChildren(this.svg);
    this.area.setAttribute("aria-valuemin", 0);
    this.area.setAttribute("aria-valuemax", 100);
    this.point(axis.cursor);
  }

  drawLines(width) {
    const { axis, toX, toY } = this;
    return this.lines.flatMap((line) => {
      const d = line.path(toX, toY, axis.from, axis.to, Math.ceil(width));
      const shape = svg("path", { class: `line ${line.style.class ?? ""}`, d });
      if (!line.style.fill || !d) return [shape];
      return [svg("path", { class: `fill ${line.style.class ?? ""}`, d: line.area(d, toX, toY, axis.from, axis.to) }), shape];
    });
  }

  drawMarks(bottom) {
    return this.marks.filter(({ at }) => at >= this.axis.from && at <= this.axis.to).map(({ at, tone }) => {
      const x = this.toX(at);
      return svg("g", { class: `happened ${tone}` },
        svg("line", { x1: x, x2: x, y1: PAD.top - 2, y2: bottom }),
        svg("path", { d: `M${x - 4},${PAD.top - 9}h8l-4,7z` }));
    });
  }

  // Shows what the lines are at `x`; without one, how high they go.
  point(x) {
    const { axis } = this;
    const shows = (value) => (value === null ? "-" : SHOWN[this.kind](value));
    this.lines.forEach((line, at) => {
      const peak = () => shows(line.peak(axis.from, axis.to));
      const above = line.style.isLevel && this.isAbove ? ", far above" : "";
      const told = x !== null ? shows(line.at(x)) : line.style.isLevel ? peak() : `peak ${peak()}`;
      this.readouts[at].textContent = told + above;
    });
    if (!this.svg) return;
    this.cursorLine.setAttribute("visibility", x === null ? "hidden" : "visible");
    const near = x === null ? [] : this.marks.filter(({ at }) => Math.abs(this.toX(at) - this.toX(x)) < 6);
    const place = x === null ? "" : [axis.text(x), ...near.map(({ text }) => text)].join(" - ");
    this.where.textContent = place;
    if (x !== null) {
      this.cursorLine.setAttribute("x1", this.toX(x));
      this.cursorLine.setAttribute("x2", this.toX(x));
    }
    const said = this.lines.map((line, at) => `${line.name} ${this.readouts[at].textContent}`).join(", ");
    this.area.setAttribute("aria-valuenow", Math.round(((x ?? axis.from) - axis.from) / (axis.to - axis.from || 1) * 100));
    this.area.setAttribute("aria-valuetext", `${place || "no instant chosen"}: ${said}`);
  }

  // The same values as a table, made when it is opened.
  values() {
    const details = el("details", { class: "values" }, el("summary", {}, "Values"));
    details.addEventListener("toggle", () => {
      if (!details.open || details.childElementCount > 1) return;
      const rows = this.axis.rows(this.lines);
      const most = 1000;
      const columns = [column(this.axis.column, this.axis.kind ?? "text", (x) => x, (x) => this.axis.text(x))].concat(
        this.lines.map((line) => column(line.name, line.kind, (x) => line.at(x))));
      append(details, [table(`${this.title}: values`, columns, rows.slice(0, most), false),
        rows.length > most && el("p", { class: "note" }, `The first ${count(most)} of ${count(rows.length)} rows.`)]);
    });
    return details;
  }
}

function swatch(line) {
  return svg("svg", { class: "swatch", width: 22, height: 10, "aria-hidden": "true" },
    svg("path", { class: `line ${line.style.class ?? ""}`, d: "M1,5H21" }));
}
