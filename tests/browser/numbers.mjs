// Which numbers of the report each table of a page shows, written down once more than in the page: the twin of its
// columns, of all of them. Columns that a table leaves out are those in which nothing stands.

// Stands for a text that is not formed here again: something is there.
export const SOMETHING = Symbol("something");

const delay = (name, of) => ({
  [`${name} p50`]: (row) => of(row)?.p50_ns,
  [`${name} p99`]: (row) => of(row)?.p99_ns,
  [`${name} max`]: (row) => of(row)?.max_ns,
});

const count = (n) => n.toLocaleString("en-US");
const listed = (pairs, separator = " ") => pairs.map(([what, n]) => `${what}${separator}${count(n)}`).join(", ") || null;
const result = (isGood) => (isGood === null ? "not evaluated" : isGood ? "ok" : "FAILED");
const used = (link, value) => (link.offered.packets > 0 ? value : null);
const limits = (by) => Object.values(by).some((part) => part > 0);

// The curves of a run, each with its name, in the order of the page.
function curves({ traffic, links }) {
  return [
    ...traffic.map((t) => [t.name, t.delay_curve]),
    ...traffic.map((t) => [`${t.name}, round trip`, (t.ping ?? t.tcp)?.round_trip_curve]),
    ...traffic.map((t) => [`${t.name}, completion`, t.tcp?.completion_curve]),
    ...links.map((l) => [`${l.peering} ${l.from} \u2192 ${l.to}`, l.delay_curve]),
  ].filter(([, curve]) => curve?.length > 0);
}

const reached = (share) => ([, curve]) => curve.find(([part]) => part >= share * 1e9)[1];

export const TABLES = {
  Expectations: [(json) => json.expectations, {
    subject: (e) => e.subject,
    metric: (e) => e.metric,
    result: (e) => result(e.held),
    expected: (e) => e.expected,
    found: (e) => e.found ?? e.missing,
    window: (e) => e.between && SOMETHING,
  }],
  Timeline: [(json) => json.timeline, {
    time: (a) => a.time_ns,
    by: (a) => a.by,
    action: (a) => a.action,
    result: (a) => result(a.as_expected),
    outcome: (a) => a.outcome,
    code: (a) => a.refused,
  }],
  Peerings: [(json) => json.links, {
    direction: (l) => `${l.peering} ${l.from} \u2192 ${l.to}`,
    state: (l) => l.state,
    cap: (l) => l.cap_bps,
    burst: (l) => l.burst_bytes,
    offered: (l) => l.offered.packets,
    "offered bytes": (l) => l.offered.bytes,
    carried: (l) => l.carried.packets,
    "carried bytes": (l) => l.carried.bytes,
    "average rate": (l) => used(l, l.carried_bps),
    "lost at cap": (l) => used(l, l.loss),
    "shaper drops": (l) => l.shaper_drops || null,
    "other drops": (l) => l.other_drops || null,
    "in flight": (l) => l.in_flight || null,
    ...delay("delay", (l) => l.delay),
    "longest queue": (l) => (l.cap_bps === null ? null : used(l, l.longest_queue_bytes)),
  }],
  Traffic: [(json) => json.traffic, {
    entry: (t) => t.name,
    label: (t) => t.label,
    pattern: (t) => t.pattern,
    path: (t) => t.path,
    sent: (t) => t.sent.packets,
    "sent bytes": (t) => t.sent.bytes,
    delivered: (t) => t.delivered.packets,
    "delivered bytes": (t) => t.delivered.bytes,
    loss: (t) => t.loss,
    misdelivered: (t) => t.misdelivered || null,
    dropped: (t) => t.dropped || null,
    "in flight": (t) => t.in_flight || null,
    ...delay("delay", (t) => t.delay),
    "dropped by": (t) => listed(t.dropped_by),
    "ICMP errors": (t) => listed(t.icmp_errors.map((e) => [`${e.kind} from ${e.from}`, e.packets])),
    "its file": (t) => listed(t.handled),
  }],
  Pings: [(json) => json.traffic.filter((t) => t.ping), {
    entry: (t) => t.name,
    path: (t) => t.path,
    requests: (t) => t.sent.packets,
    arrived: (t) => t.delivered.packets,
    answered: (t) => t.ping.answered,
    loss: (t) => t.loss,
    "replies lost": (t) => t.ping.replies_lost || null,
    ...delay("round trip", (t) => t.ping.round_trip),
    "replies dropped by": (t) => listed(t.ping.replies_dropped_by),
  }],
  "TCP connections": [(json) => json.traffic.filter((t) => t.tcp), {
    entry: (t) => t.name,
    goodput: (t) => t.tcp.goodput_bps,
    connections: (t) => t.tcp.connections,
    completed: (t) => t.tcp.completed,
    "given up": (t) => t.tcp.given_up || null,
    "given up by": (t) => listed(t.tcp.given_up_by),
    retransmissions: (t) => t.tcp.retransmissions,
    timeouts: (t) => t.tcp.timeouts,
    ...delay("completion", (t) => t.tcp.completion),
    ...delay("round trip", (t) => t.tcp.round_trip),
    "window at the end": (t) => t.tcp.window_bytes,
    "limited by": (t) => (limits(t.tcp.limited_by) ? SOMETHING : null),
    "answers dropped by": (t) => listed(t.tcp.answers_dropped_by),
  }],
  Delays: [(json) => curves(json.course), {
    of: ([name]) => name,
    min: reached(0),
    p50: reached(0.5),
    p90: reached(0.9),
    p99: reached(0.99),
    "p99.9": reached(0.999),
    max: reached(1),
  }],
  Drops: [(json) => json.drops, {
    place: (d) => d.place,
    code: (d) => d.reason,
    packets: (d) => d.packets,
    reason: (d) => d.sentence,
    subnet: (d) => d.subnet,
    table: (d) => d.table,
    "for example": (d) => `${d.example.source} \u2192 ${d.example.destination}`,
    "IPFIX status": (d) => d.forwarding_status,
  }],
  Availability: [(json) => json.availability, {
    peering: (a) => a.peering,
    availability: (a) => a.availability,
    promised: (a) => a.promised,
    downtime: (a) => a.downtime_ns,
    "allowed in this run": (a) => a.budget_ns,
    "allowed in 30 days": (a) => a.budget_of_month_ns,
  }],
};

const money = (text) => (text === null || text === undefined ? null : Number(text));

// The tables of a bill; those of other caps are named for their peerings.
export function billTables(bill) {
  const isMonthly = bill.lines.some((line) => line.valid_days !== null);
  return {
    Totals: [(json) => json.totals, {
      payer: (t) => t.account,
      amount: (t) => money(t.amount),
      currency: (t) => t.currency,
      "lines without a price": (t) => t.unpriced || null,
    }],
    Charges: [(json) => json.lines, {
      [isMonthly ? "month" : "day"]: (l) => l.period,
      peering: (l) => l.peering,
      payer: (l) => l.account,
      [isMonthly ? "95 %" : "peak"]: (l) => l.billable_bps,
      at: (l) => l.peak_at,
      direction: (l) => l.direction,
      free: (l) => l.free_bps || null,
      tier: (l) => l.tier,
      price: (l) => money(l.unit_price),
      amount: (l) => money(l.amount),
      gross: (l) => money(l.gross),
      credit: (l) => money(l.credit),
      measured: (l) => l.measured_bps,
      label: (l) => l.label,
      status: (l) => l.status,
      why: (l) => l.reason,
      samples: (l) => l.samples,
      "cut short": (l) => l.partial_samples || null,
      silent: (l) => l.silent_windows || null,
      "valid days": (l) => l.valid_days && `${l.valid_days[0]} of ${l.valid_days[1]}`,
    }],
    ...Object.fromEntries(bill.what_if.map((one) => [`Other caps of ${one.peering}`, [
      () => [{ ...one.as_it_is, cap_bps: null }, ...one.trials, ...one.not_possible], {
        cap: (t) => t.cap_bps,
        loss: (t) => t.loss,
        peak: (t) => (t.peak_bits === undefined ? null : Math.round(t.peak_bits / 300)),
        price: (t) => money(t.price),
        remark: (t) => (t.cap_bps !== null && (t.cap_bps === one.cheapest_bps || t.reason) ? SOMETHING : null),
      }]])),
  };
}

// What the page should show, in the form of `tables`.
export function expected(all, json) {
  return Object.entries(all).map(([name, [rows, columns]]) => [name, rows(json).map((row) => Object.fromEntries(
    Object.entries(columns).map(([title, value]) => [title, value(row) ?? null])))]);
}
