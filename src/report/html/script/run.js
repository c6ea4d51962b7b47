// The page of a run: its tables are the report, its charts the course.

const DROP_STYLES = ["c2", "c3", "c5", "c6", "c4", "c1"];
// Groups of charts beyond these are closed at first.
const OPEN_GROUPS = 4;
// Lines of one chart of distributions.
const CURVES = 8;

const wayOf = (link) => `${link.from} → ${link.to}`;
const titleOf = (link) => `${link.peering} ${wayOf(link)}`;
const some = (n) => (n > 0 ? n : null);
const byReason = (pairs) => pairs.map(([reason, n]) => `${reason} ${count(n)}`).join(", ") || null;
const sum = (values) => values.reduce((a, b) => a + b, 0);
const verdictOf = (isGood) => (isGood === null ? "not evaluated" : isGood ? "ok" : "FAILED");

function delayColumns(get, name) {
  const part = (key) => (row) => get(row)?.[key] ?? null;
  return [["p50", "p50_ns"], ["p99", "p99_ns"], ["max", "max_ns"]].map(([title, key]) => column(`${name} ${title}`, "span", part(key)));
}

function expectations(report) {
  return table("Expectations", [
    column("subject", "text", (e) => e.subject),
    column("metric", "text", (e) => e.metric),
    column("result", "text", (e) => verdictOf(e.held)),
    column("found", "text", (e) => e.found ?? e.missing),
    column("expected", "text", (e) => e.expected),
    column("window", "text", (e) => e.between && e.between.map(instant).join(" to ")),
  ], report.expectations);
}

function timeline(report) {
  return table("Timeline", [
    column("time", "instant", (a) => a.time_ns),
    column("by", "text", (a) => a.by),
    column("action", "text", (a) => a.action),
    column("result", "text", (a) => verdictOf(a.as_expected)),
    column("outcome", "text", (a) => a.outcome),
    column("code", "text", (a) => a.refused),
  ], report.timeline);
}

function traffic(report) {
  return table("Traffic", [
    column("entry", "text", (t) => t.name),
    column("label", "text", (t) => t.label),
    column("pattern", "text", (t) => t.pattern),
    column("path", "text", (t) => t.path),
    column("sent", "count", (t) => t.sent.packets),
    column("sent bytes", "bytes", (t) => t.sent.bytes),
    column("delivered", "count", (t) => t.delivered.packets),
    column("delivered bytes", "bytes", (t) => t.delivered.bytes),
    column("loss", "share", (t) => t.loss),
    column("misdelivered", "count", (t) => some(t.misdelivered)),
    column("dropped", "count", (t) => some(t.dropped)),
    column("in flight", "count", (t) => some(t.in_flight)),
    ...delayColumns((t) => t.delay, "delay"),
    column("dropped by", "text", (t) => byReason(t.dropped_by)),
    column("ICMP errors", "text", (t) => t.icmp_errors.map((e) => `${e.kind} from ${e.from} ${count(e.packets)}`).join(", ") || null),
    column("its file", "text", (t) => t.handled.map(([what, n]) => `${what} ${count(n)}`).join(", ") || null),
  ], report.traffic);
}

function pings(report) {
  return table("Pings", [
    column("entry", "text", (t) => t.name),
    column("path", "text", (t) => t.path),
    column("requests", "count", (t) => t.sent.packets),
    column("arrived", "count", (t) => t.delivered.packets),
    column("answered", "count", (t) => t.ping.answered),
    column("loss", "share", (t) => t.loss),
    column("replies lost", "count", (t) => some(t.ping.replies_lost)),
    ...delayColumns((t) => t.ping.round_trip, "round trip"),
    column("replies dropped by", "text", (t) => byReason(t.ping.replies_dropped_by)),
  ], report.traffic.filter((t) => t.ping));
}

function connections(report) {
  const limits = ["receive_window", "congestion_window", "sender", "cap", "timeout"];
  const limitedBy = ({ tcp: { limited_by: by } }) => limits.filter((key) => by[key] > 0)
    .map((key) => `${key.replace("_", " ")} ${share(by[key])}`).join(", ") || null;
  return table("TCP connections", [
    column("entry", "text", (t) => t.name),
    column("goodput", "rate", (t) => t.tcp.goodput_bps),
    column("connections", "count", (t) => t.tcp.connections),
    column("completed", "count", (t) => t.tcp.completed),
    column("given up", "count", (t) => some(t.tcp.given_up)),
    column("given up by", "text", (t) => byReason(t.tcp.given_up_by)),
    column("retransmissions", "count", (t) => t.tcp.retransmissions),
    column("timeouts", "count", (t) => t.tcp.timeouts),
    ...delayColumns((t) => t.tcp.completion, "completion"),
    ...delayColumns((t) => t.tcp.round_trip, "round trip"),
    column("window at the end", "bytes", (t) => t.tcp.window_bytes),
    column("limited by", "text", limitedBy),
    column("answers dropped by", "text", (t) => byReason(t.tcp.answers_dropped_by)),
  ], report.traffic.filter((t) => t.tcp));
}

function peerings(report) {
  const used = (get) => (l) => (l.offered.packets > 0 ? get(l) : null);
  return table("Peerings", [
    column("direction", "text", titleOf),
    column("state", "text", (l) => l.state),
    column("cap", "rate", (l) => l.cap_bps),
    column("burst", "bytes", (l) => l.burst_bytes),
    column("offered", "count", (l) => l.offered.packets),
    column("offered bytes", "bytes", (l) => l.offered.bytes),
    column("carried", "count", (l) => l.carried.packets),
    column("carried bytes", "bytes", (l) => l.carried.bytes),
    column("average rate", "rate", used((l) => l.carried_bps)),
    column("lost at cap", "share", used((l) => l.loss)),
    column("shaper drops", "count", (l) => some(l.shaper_drops)),
    column("other drops", "count", (l) => some(l.other_drops)),
    column("in flight", "count", (l) => some(l.in_flight)),
    ...delayColumns((l) => l.delay, "delay"),
    column("longest queue", "bytes", used((l) => (l.cap_bps === null ? null : l.longest_queue_bytes))),
  ], report.links);
}

function drops(report) {
  return table("Drops", [
    column("place", "text", (d) => d.place),
    column("code", "text", (d) => d.reason),
    column("packets", "count", (d) => d.packets),
    column("reason", "text", (d) => d.sentence),
    column("subnet", "text", (d) => d.subnet),
    column("table", "text", (d) => d.table),
    column("for example", "text", (d) => `${d.example.source} → ${d.example.destination}`),
    column("IPFIX status", "number", (d) => d.forwarding_status),
  ], report.drops);
}

function availability(report) {
  return table("Availability", [
    column("peering", "text", (a) => a.peering),
    column("availability", "share", (a) => a.availability),
    column("promised", "share", (a) => a.promised),
    column("downtime", "span", (a) => a.downtime_ns),
    column("allowed in this run", "span", (a) => a.budget_ns),
    column("allowed in 30 days", "span", (a) => a.budget_of_month_ns),
  ], report.availability);
}

// Charts of a run, all over its time.
class Charts {
  constructor(report, course) {
    this.course = course;
    this.axis = runTime(course);
    this.over = { step: course.interval_ns, end: Math.max(1, course.reached_ns) };
    this.per = span(course.interval_ns);
    this.marks = report.timeline.map((a) => ({
      at: a.time_ns, tone: a.as_expected ? (a.refused === null ? "done" : "refused") : "bad",
      text: `${a.action}: ${a.outcome}`,
    }));
  }

  plot(title, about, lines, more = {}) {
    return new Plot({ title, about, lines, axis: this.axis, marks: this.marks, ...more }).figure;
  }

  // Bytes by interval as a rate; the last interval may be shorter.
  rates(name, values, style) {
    const { step, end } = this.over;
    const last = Math.ceil(end / step) - 1;
    const bps = values.map((n, k) => (n * 8 * SECOND) / (k === last ? end - k * step : step));
    return steps(name, "rate", bps, { ...this.over, style });
  }

  counts(name, values, style) {
    return steps(name, "count", values, { ...this.over, style });
  }

  dropped(title, about, reasons, style = {}) {
    const lines = Object.entries(reasons).map(([reason, values], at) =>
      this.counts(reason, values, { class: DROP_STYLES[at % DROP_STYLES.length], fill: true, ...style }));
    return lines.length === 0 ? null : this.plot(title, about, lines, { height: 130 });
  }

  link(link) {
    const about = `${link.peering} ${wayOf(link)}`;
    const caps = link.cap_bps.map(([at, bps]) => [at, bps]);
    const lines = [
      this.rates("offered", link.offered_bytes, { class: "c0 thin" }),
      this.rates("carried", link.carried_bytes, { class: "c1", fill: true }),
    ];
    if (caps.length > 0) lines.push(levels("cap", "rate", caps, { end: this.over.end, style: { class: "cap", isLevel: true } }));
    const queue = link.longest_queue_bytes;
    return [
      this.plot(`Rate against cap, means of ${this.per}`, about, lines),
      queue.length > 0 && this.plot("Longest queue", about, [steps("waiting", "bytes", queue, { ...this.over, style: { class: "c2", fill: true } })], { height: 130 }),
      this.dropped(`Dropped packets per ${this.per}`, about, link.dropped),
    ];
  }

  entry(entry, kind) {
    const about = entry.name;
    const parts = [this.plot(`Sent and delivered, means of ${this.per}`, about, [
      this.rates("sent", entry.sent_bytes, { class: "c0 thin" }),
      this.rates("delivered", entry.delivered_bytes, { class: "c1", fill: true }),
    ])];
    if (kind === "ping") {
      parts[0] = this.plot(`Requests and replies per ${this.per}`, about, [
        this.counts("sent", entry.sent_packets, { class: "c0 thin" }),
        this.counts("answered", entry.ping.answered, { class: "c1", fill: true }),
      ], { height: 130 });
    }
    const replies = entry.ping ? this.dropped(`Dropped replies per ${this.per}`, about, entry.ping.dropped) : null;
    return [parts, this.dropped(`Dropped packets per ${this.per}`, about, entry.dropped), replies];
  }

  connection(entry) {
    const { payload_bytes: payload, retransmissions, timeouts, connection } = entry.tcp;
    const about = entry.name;
    const { time_ns: times, number, window_bytes: windows, in_flight_bytes: inFlight } = connection;
    const which = [...new Set(number)];
    const again = [this.counts("segments sent again", retransmissions, { class: "c2", fill: true })];
    if (sum(timeouts) > 0) again.push(this.counts("timeouts", timeouts, { class: "c3" }));
    return [
      this.plot(`Goodput, means of ${this.per}`, about, [this.rates("payload delivered", payload, { class: "c1", fill: true })]),
      times.length > 0 && this.plot("Congestion window", about, [
        points("in flight", "bytes", times, inFlight, { style: { class: "c0 thin" } }),
        points("window", "bytes", times, windows, { style: { class: "c4" } }),
      ], { note: `Of connection ${which.length > 3 ? `${which[0]} to ${which[which.length - 1]}, the first that is open` : which.join(", ")}, at the end of each interval.` }),
      sum(retransmissions) + sum(timeouts) > 0 && this.plot(`Sent again per ${this.per}`, about, again, { height: 130 }),
    ];
  }
}

// Charts that belong together, under a heading; many groups are closed at first.
function group(title, at, charts) {
  const content = charts.flat(Infinity).filter(Boolean);
  if (content.length === 0) return null;
  return el("details", { class: "group", open: at < OPEN_GROUPS ? "" : null },
    el("summary", {}, el("h3", {}, title)), el("div", { class: "charts" }, content));
}

function shared(title, items, get) {
  const groups = new Map();
  for (const item of items) groups.set(get(item), [...(groups.get(get(item)) ?? []), item]);
  return [...groups].map(([key, those], at) => group(`${title}${key}`, at, [those.map((item) => item.charts())]));
}

function peeringCharts(charts, course) {
  return shared("", course.links.map((link) => ({ peering: link.peering, charts: () => el("div", { class: "way" }, charts.link(link).filter(Boolean)) })),
    (item) => item.peering);
}

// The distributions of a run, [name, curve]: one way, round trips, completions, over peerings.
function curves(course) {
  const oneWay = course.traffic.map((t) => [t.name, t.delay_curve]);
  const roundTrips = course.traffic.map((t) => [`${t.name}, round trip`, (t.ping ?? t.tcp)?.round_trip_curve ?? []]);
  const completions = course.traffic.map((t) => [`${t.name}, completion`, t.tcp?.completion_curve ?? []]);
  const ways = course.links.map((link) => [titleOf(link), link.delay_curve]);
  return [oneWay, roundTrips, completions, ways].map((some) => some.filter(([, curve]) => curve.length > 0));
}

// The delay that a share of the packets does not exceed.
function quantile(curve, billionths) {
  const k = curve.findIndex(([share]) => share >= billionths);
  return k < 0 ? null : curve[k][1];
}

function distributions(course) {
  const axis = packetShares();
  const chart = (title, all) => {
    const lines = all.slice(0, CURVES).map(([name, curve], at) => points(name, "span",
      curve.map(([share]) => share), curve.map(([, ns]) => ns), { position: tail, style: { class: `d${at}` } }));
    const more = all.length - lines.length;
    return lines.length === 0 ? null : new Plot({ title, lines, axis, height: 220, note: more > 0 ? `The first ${CURVES}; ${count(more)} more are in the table.` : null }).figure;
  };
  const [oneWay, roundTrips, completions, ways] = curves(course);
  const shown = [["min", 0], ["p50", 5e8], ["p90", 9e8], ["p99", 99e7], ["p99.9", 999e6], ["max", 1e9]];
  const rows = [...oneWay, ...roundTrips, ...completions, ...ways];
  const drawn = [chart("Delays, one way", oneWay), chart("Round trips", roundTrips), chart("Delays to the far end of peerings", ways),
    chart("Completion of TCP connections", completions.filter(([, curve]) => curve[0][1] !== curve[curve.length - 1][1]))];
  return [
    rows.length > 0 && el("p", { class: "note" }, "A point says: this share of the packets took at most so long."),
    rows.length > 0 && el("div", { class: "charts" }, drawn.filter(Boolean)),
    table("Delays", [column("of", "text", ([name]) => name)].concat(
      shown.map(([title, at]) => column(title, "span", ([, curve]) => quantile(curve, at)))), rows),
  ];
}

function routerCharts(charts, course) {
  const made = course.vpcs.map(({ vpc, dropped }) => charts.dropped(`Dropped packets per ${charts.per}`, `router of ${vpc}`, dropped));
  return group("At routers, over time", 0, made);
}

function entryCharts(charts, report, course) {
  return course.traffic.map((entry, at) => {
    const told = report.traffic[at];
    if (told.sent.packets === 0 || told.tcp) return null;
    return group(told.label ? `${entry.name}: ${told.label}` : entry.name, at, charts.entry(entry, told.ping ? "ping" : "flow"));
  });
}

function connectionCharts(charts, report, course) {
  const tcp = course.traffic.filter((entry) => entry.tcp && sum(entry.sent_packets) > 0);
  return tcp.map((entry, at) => group(entry.name, at, [charts.connection(entry), charts.entry(entry, "tcp")]));
}

// All sections of a run, in order.
function runSections({ report, course, bill }) {
  const charts = new Charts(report, course);
  const notes = report.notes.length > 0 && el("ul", { class: "card list" }, report.notes.map((note) => el("li", {}, note)));
  return [
    zoomReset(charts.axis),
    section("expectations", "Expectations", expectations(report)),
    section("timeline", "Timeline", timeline(report)),
    section("peerings", "Peerings", peerings(report), peeringCharts(charts, course)),
    section("traffic", "Traffic", traffic(report), pings(report), entryCharts(charts, report, course)),
    section("tcp", "TCP", connections(report), connectionCharts(charts, report, course)),
    section("delays", "Delays", distributions(course)),
    section("drops", "Drops", drops(report), routerCharts(charts, course)),
    section("availability", "Availability", availability(report)),
    bill && section("bill", "Bill", el("p", { class: "note" }, priced(bill)), billTables(bill)),
    section("notes", "Notes", notes),
  ].filter(Boolean);
}
