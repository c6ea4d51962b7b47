// Which numbers of the report each table of a page shows, written down once more than in the page: the twin of its
// columns. Columns that a table leaves out are those in which nothing stands.

const delay = (name, of) => ({
  [`${name} p50`]: (row) => of(row)?.p50_ns,
  [`${name} p99`]: (row) => of(row)?.p99_ns,
  [`${name} max`]: (row) => of(row)?.max_ns,
});

export const TABLES = {
  Expectations: [(json) => json.expectations, {
    subject: (e) => e.subject,
    metric: (e) => e.metric,
    expected: (e) => e.expected,
    found: (e) => e.found ?? e.missing,
  }],
  Timeline: [(json) => json.timeline, {
    time: (a) => a.time_ns,
    action: (a) => a.action,
    outcome: (a) => a.outcome,
    code: (a) => a.refused,
  }],
  Peerings: [(json) => json.links, {
    state: (l) => l.state,
    cap: (l) => l.cap_bps,
    burst: (l) => l.burst_bytes,
    offered: (l) => l.offered.packets,
    "offered bytes": (l) => l.offered.bytes,
    carried: (l) => l.carried.packets,
    "carried bytes": (l) => l.carried.bytes,
    "shaper drops": (l) => l.shaper_drops || null,
    "other drops": (l) => l.other_drops || null,
    "in flight": (l) => l.in_flight || null,
    ...delay("delay", (l) => l.delay),
  }],
  Traffic: [(json) => json.traffic, {
    entry: (t) => t.name,
    path: (t) => t.path,
    sent: (t) => t.sent.packets,
    "sent bytes": (t) => t.sent.bytes,
    delivered: (t) => t.delivered.packets,
    "delivered bytes": (t) => t.delivered.bytes,
    loss: (t) => t.loss,
    dropped: (t) => t.dropped || null,
    ...delay("delay", (t) => t.delay),
  }],
  Pings: [(json) => json.traffic.filter((t) => t.ping), {
    requests: (t) => t.sent.packets,
    answered: (t) => t.ping.answered,
    ...delay("round trip", (t) => t.ping.round_trip),
  }],
  "TCP connections": [(json) => json.traffic.filter((t) => t.tcp), {
    goodput: (t) => t.tcp.goodput_bps,
    connections: (t) => t.tcp.connections,
    completed: (t) => t.tcp.completed,
    retransmissions: (t) => t.tcp.retransmissions,
    timeouts: (t) => t.tcp.timeouts,
    ...delay("completion", (t) => t.tcp.completion),
  }],
  Drops: [(json) => json.drops, {
    place: (d) => d.place,
    code: (d) => d.reason,
    packets: (d) => d.packets,
    subnet: (d) => d.subnet,
  }],
  Availability: [(json) => json.availability, {
    peering: (a) => a.peering,
    availability: (a) => a.availability,
    downtime: (a) => a.downtime_ns,
  }],
};

export const BILL = {
  Totals: [(json) => json.totals, { payer: (t) => t.account, amount: (t) => Number(t.amount), currency: (t) => t.currency }],
  Charges: [(json) => json.lines, {
    peering: (l) => l.peering,
    measured: (l) => l.measured_bps,
    free: (l) => l.free_bps || null,
    tier: (l) => l.tier,
    amount: (l) => (l.amount === null ? null : Number(l.amount)),
    samples: (l) => l.samples,
  }],
};

// What the page should show, in the form of `tables`.
export function expected(all, json) {
  return Object.entries(all).map(([name, [rows, columns]]) => [name, rows(json).map((row) => Object.fromEntries(
    Object.entries(columns).map(([title, value]) => [title, value(row) ?? null])))]);
}
