// What charts share along x: the range they show, and the cursor. Charts over time zoom together.

class Axis {
  constructor({ name, column, kind, from = 0, to, ticks, text, rows, zooms = true }) {
    Object.assign(this, { name, column, kind, zooms, text, rows: (lines) => rows(this, lines) });
    this.whole = [from, to];
    [this.from, this.to] = this.whole;
    this.makeTicks = ticks;
    this.plots = new Set();
    this.cursor = null;
    this.reset = () => this.show(...this.whole);
  }

  ticks(most) {
    return this.makeTicks(this.from, this.to, most);
  }

  point(x) {
    this.cursor = x;
    this.plots.forEach((plot) => plot.point(x));
  }

  zoom(from, to) {
    if (!this.zooms) return;
    const [least, most] = this.whole;
    const length = Math.min(most - least, Math.max((most - least) * 1e-6, to - from));
    const begin = Math.min(most - length, Math.max(least, from));
    this.show(begin, begin + length);
  }

  show(from, to) {
    [this.from, this.to] = [from, to];
    const isWhole = from === this.whole[0] && to === this.whole[1];
    document.body.classList.toggle("zoomed", !isWhole);
    this.plots.forEach((plot) => plot.draw());
    this.onShow?.(isWhole);
  }
}

// The time of a run, cut into intervals.
function runTime(course) {
  const { interval_ns: step, reached_ns: end, points } = course;
  return new Axis({
    name: "time", column: "from", kind: "instant", to: Math.max(1, end),
    ticks: timeTicks,
    text: (x) => instant(Math.min(Math.floor(x / step), Math.max(0, points - 1)) * step),
    rows: ({ from, to }) => {
      const first = Math.floor(from / step);
      const last = Math.min(points, Math.ceil(to / step));
      return Array.from({ length: Math.max(0, last - first) }, (_, k) => (first + k) * step);
    },
  });
}

// Shares of packets, in the order of their delays.
function packetShares() {
  const text = (x) => {
    const billionths = x >= TAIL ? 1e9 : Math.round((1 - 10 ** -x) * 1e9);
    return `${Number((billionths / 1e7).toPrecision(6))} % of the packets`;
  };
  const places = [0, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99].map((percent) => tail(Math.round(percent * 1e7)));
  return new Axis({
    name: "share of the packets", column: "share", to: TAIL, zooms: false, text,
    ticks: () => SHARES.map(([billionths, shown]) => ({ at: tail(billionths), text: shown })),
    rows: () => places,
  });
}

// The button that ends a zoom.
function zoomReset(axis) {
  const button = el("button", { type: "button", class: "reset", hidden: "" }, "Show the whole time");
  button.addEventListener("click", () => axis.reset());
  axis.onShow = (isWhole) => { button.hidden = isWhole; };
  return button;
}
