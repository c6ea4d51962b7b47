// The page of a bill: who pays what, line by line, and the samples behind it.

const BILL_COLUMNS = {
  money: (title, get) => column(title, "number", (line) => (get(line) === null ? null : Number(get(line))), (_, line) => get(line)),
};

function totalsTable(bill) {
  return table("Totals", [
    column("payer", "text", (t) => t.account),
    BILL_COLUMNS.money("amount", (t) => t.amount),
    column("currency", "text", (t) => t.currency),
    column("lines without a price", "count", (t) => some(t.unpriced)),
  ], bill.totals);
}

function chargesTable(bill) {
  const isMonthly = bill.lines.some((line) => line.valid_days !== null);
  const { money } = BILL_COLUMNS;
  return table("Charges", [
    column(isMonthly ? "month" : "day", "text", (l) => l.period),
    column("peering", "text", (l) => l.peering),
    column("payer", "text", (l) => l.account),
    column(isMonthly ? "95 %" : "peak", "rate", (l) => l.billable_bps),
    column("at", "text", (l) => l.peak_at),
    column("direction", "text", (l) => l.direction),
    column("free", "rate", (l) => some(l.free_bps)),
    column("tier", "text", (l) => l.tier),
    money("price", (l) => l.unit_price),
    money("amount", (l) => l.amount),
    money("gross", (l) => l.gross),
    money("credit", (l) => l.credit),
    column("measured", "rate", (l) => l.measured_bps),
    column("label", "text", (l) => l.label),
    column("status", "text", (l) => l.status),
    column("why", "text", (l) => l.reason),
    column("samples", "count", (l) => l.samples),
    column("cut short", "count", (l) => some(l.partial_samples)),
    column("silent", "count", (l) => some(l.silent_windows)),
    column("valid days", "text", (l) => l.valid_days && `${l.valid_days[0]} of ${l.valid_days[1]}`),
  ], bill.lines);
}

function whatIfTable(one) {
  const rows = [{ ...one.as_it_is, said: "as it is", cap_bps: null }].concat(one.trials,
    one.not_possible.map((cap) => ({ cap_bps: cap.cap_bps, said: cap.reason })));
  return table(`Other caps of ${one.peering}`, [
    { ...column("cap", "rate", (t) => t.cap_bps), missing: (t) => t.said },
    column("loss", "share", (t) => t.loss),
    column("peak", "rate", (t) => (t.peak_bits === undefined ? null : Math.round(t.peak_bits / 300))),
    BILL_COLUMNS.money("price", (t) => t.price ?? null),
    column("remark", "text", (t) => (t.cap_bps !== null && t.cap_bps === one.cheapest_bps ? `the cheapest that loses at most ${share(one.most_loss)}` : t.cap_bps === null ? null : t.said)),
  ], rows);
}

function whatIfTables(bill) {
  return bill.what_if.map((one) => whatIfTable(one)).filter(Boolean);
}

// By what the bill is made.
function priced(bill) {
  const { book } = bill;
  return `${bill.charge_type}, days of ${bill.zone}, prices ${book.name} (${book.source}, ${book.date}), in ${book.currency}.`;
}

function billTables(bill) {
  const notes = bill.notes.length > 0 && el("ul", { class: "card list" }, bill.notes.map((note) => el("li", {}, note)));
  return [totalsTable(bill), chargesTable(bill), whatIfTables(bill), notes];
}

// The time of samples, in seconds since 1970, told by the clock of the bill's zone.
function civilTime(bill, from, to, window) {
  const first = bill.lines[0];
  const midnight = first ? Date.parse(`${first.period.length === 7 ? `${first.period}-01` : first.period}T00:00:00Z`) / 1000 : 0;
  const offset = first ? midnight - Date.parse(first.start_utc) / 1000 : 0;
  const civil = (second) => new Date((second + offset) * 1000).toISOString();
  const text = (second) => civil(Math.floor(second / window) * window).slice(0, 16).replace("T", " ");
  const DAY_S = 86400;
  return new Axis({
    name: "time", column: "from", from, to, text,
    ticks(begin, end, most) {
      const lengths = [300, 900, 1800, 3600, 7200, 10800, 21600, 43200].concat([1, 2, 5, 7, 14, 30].map((n) => n * DAY_S));
      const step = lengths.find((length) => length >= (end - begin) / most) ?? 60 * DAY_S;
      const place = (at) => ({ at: at - offset, text: step >= DAY_S ? civil(at - offset).slice(5, 10) : civil(at - offset).slice(11, 16) });
      return ticks(begin + offset, end + offset, step).map(place);
    },
    rows: ({ from: begin, to: end }) => Array.from({ length: Math.max(0, Math.ceil((end - begin) / window)) },
      (_, k) => (Math.floor(begin / window) + k) * window),
  });
}

function loadCharts(bill, loads) {
  const window = loads.window_s;
  const length = (p) => Math.max(p.out_bits.length, p.in_bits.length, ...p.cap_bps.map(([at]) => at + 1), 1);
  const ends = loads.peerings.map((p) => p.start_s + length(p) * window);
  const covered = bill.lines.map((line) => Date.parse(line.covers_end_utc) / 1000);
  const from = Math.min(...loads.peerings.map((p) => p.start_s));
  const axis = civilTime(bill, from, Math.max(from + window, ...ends, ...covered), window);
  const chart = (p) => {
    const start = p.start_s;
    const end = axis.whole[1];
    const line = (name, bits, style) => {
      const made = steps(name, "rate", bits.map((n) => n / window), { step: window, end: end - start, style });
      const { at, peak, path, area } = made;
      return {
        ...made,
        at: (x) => at(x - start),
        peak: (a, b) => peak(a - start, b - start),
        path: (toX, toY, a, b, width) => path((x) => toX(x + start), toY, a - start, b - start, width),
        area: (d, toX, toY, a, b) => area(d, (x) => toX(x + start), toY, a - start, b - start),
      };
    };
    const lines = [line("out", p.out_bits, { class: "c1", fill: true }), line("in", p.in_bits, { class: "c4" })];
    const caps = p.cap_bps.map(([at, bps]) => [start + at * window, bps]);
    if (caps.some(([, bps]) => bps !== null)) lines.push(levels("cap", "rate", caps, { end, style: { class: "cap", isLevel: true } }));
    const billed = bill.lines.filter((one) => one.peering === p.peering);
    const level = billed.flatMap((one) => [[Date.parse(one.start_utc) / 1000, one.billable_bps], [Date.parse(one.end_utc) / 1000, null]]);
    const joined = level.filter(([at, bps], k) => bps !== null || level[k + 1]?.[0] !== at);
    if (joined.length > 0) lines.push(levels("billed", "rate", joined, { end, style: { class: "billed", isLevel: true } }));
    return new Plot({ title: "5-minute averages", about: `${p.peering}, out is ${p.from} → ${p.to}`, lines, axis, height: 220 }).figure;
  };
  return { axis, charts: loads.peerings.map((p, at) => group(p.peering, at, [chart(p)])) };
}

// All sections of a bill, in order.
function billSections({ bill, loads }) {
  const drawn = loads.peerings.length > 0 ? loadCharts(bill, loads) : { charts: [] };
  return [
    drawn.axis && zoomReset(drawn.axis),
    section("bill", "Bill", billTables(bill)),
    section("loads", "Loads", drawn.charts),
    bill.regional.length > 0 && section("regional", "Free inside a region", el("p", { class: "note" }, bill.regional.join(", "))),
  ].filter(Boolean);
}
