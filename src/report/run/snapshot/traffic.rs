//! The outcome of each traffic entry, and its senders and receivers in readable form.

use super::counts::{delays, volume};
use crate::engine::{Drops, Limited, Run, TcpCounts, TrafficBook, TrafficLedger, flows};
use crate::model::plan::{Pattern, Receiver, Traffic, Transfers};
use crate::model::{HostId, Network, Replay, TrafficId, VpcId};
use crate::report::run::model::{IcmpErrorReport, LimitedBy, PingReport, TcpReport, TrafficReport, Word};
use crate::units::{Share, SimDuration, Span, grouped};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// One entry.
pub fn traffic(run: &Run, books: &TrafficLedger<'_>, id: TrafficId) -> TrafficReport {
    let entry = run.plan.entry(id);
    let book = books.of(id);
    let counts = &book.whole;
    let dropped = counts.drops.total();
    let ended = counts.delivered.packets + counts.misdelivered + dropped;
    TrafficReport {
        name: entry.name.to_string(),
        label: entry.label.clone(),
        pattern: entry.pattern.name().into(),
        path: path(run.simulation.network(), entry, run.plan.seed),
        sent: volume(counts.sent),
        delivered: volume(counts.delivered),
        misdelivered: counts.misdelivered,
        dropped,
        in_flight: counts.sent.packets - ended,
        loss: counts.loss(entry.is_ping()),
        delay: delays(&counts.delay),
        dropped_by: most_first(&counts.drops),
        ping: entry.is_ping().then(|| PingReport {
            answered: counts.ping.answered,
            replies_lost: counts.ping.drops.total() + counts.ping.misdelivered,
            replies_dropped_by: most_first(&counts.ping.drops),
            round_trip: delays(&counts.ping.round_trip),
        }),
        tcp: entry.transfers().map(|transfers| connections(run, entry, transfers, &counts.tcp)),
        icmp_errors: icmp_errors(run, entry, &book),
        handled: entry.pattern.handled().to_vec(),
    }
}

fn connections(run: &Run, entry: &Traffic, transfers: &Transfers, counts: &TcpCounts) -> TcpReport {
    let window = Span::new(entry.start, entry.stop.min(run.simulation.now()));
    let total = counts.limited.total().as_nanos();
    let share = |limited| Share::of(counts.limited.of(limited).as_nanos(), total);
    let by = counts.given_up_by();
    let reasons = by.iter().map(|(reason, n)| (Word::from(reason.map_or("no_answer", |reason| reason.code())), *n));
    let mut given_up_by: Vec<_> =
        reasons.chain([("no_port".into(), counts.without_port)]).filter(|(_, n)| *n > 0).collect();
    given_up_by.sort_by_key(|(_, n)| Reverse(*n));
    TcpReport {
        goodput_bps: counts.goodput(window, transfers.size.ends()),
        connections: counts.opened,
        completed: counts.completion.len(),
        given_up: counts.given_up,
        given_up_by,
        retransmissions: counts.retransmissions,
        timeouts: counts.timeouts,
        completion: delays(&counts.completion),
        round_trip: delays(&counts.round_trip),
        limited_by: LimitedBy {
            receive_window: share(Limited::ReceiveWindow),
            congestion_window: share(Limited::CongestionWindow),
            sender: share(Limited::Sender),
            cap: share(Limited::Cap),
            timeout: share(Limited::Timeout),
        },
        window_bytes: counts.windows.mean(),
        answers_dropped_by: most_first(&counts.answers_dropped),
    }
}

/// By kind; the routers of each kind in the order in which a packet passes them: those of senders' VPCs first.
fn icmp_errors(run: &Run, entry: &Traffic, book: &TrafficBook) -> Vec<IcmpErrorReport> {
    let counts = &book.whole.icmp_errors;
    let network = run.simulation.network();
    let from: Vec<HostId> = match &entry.pattern {
        _ if counts.is_empty() => return Vec::new(),
        Pattern::Replay(replay) => replay.flows.iter().map(|flow| flow.from).collect(),
        _ => flows(entry, run.plan.seed).map(|(from, _)| from).collect(),
    };
    let senders: BTreeSet<VpcId> = from.into_iter().map(|host| network.host(host).vpc).collect();
    let is_far = |router: Ipv4Addr| !senders.iter().any(|vpc| network.subnet_at(*vpc, router).is_some());
    let mut errors: Vec<_> =
        counts.iter().map(|((kind, from), packets)| (kind, is_far(*from), from, packets)).collect();
    errors.sort();
    let told = errors.into_iter().map(|(kind, _, from, packets)| (kind.name(), from.to_string(), *packets));
    told.map(|(kind, from, packets)| IcmpErrorReport { kind: kind.into(), from, packets }).collect()
}

/// `VPC1/web -> VPC2/db`, `VPC1/web-1 (+99) -> 10.9.0.1`: the first sender and the first receiver, each with the number
/// of others; `, 36 flows` is added unless each has exactly one flow.
fn path(network: &Network, entry: &Traffic, seed: u64) -> String {
    let host = |id: HostId| network.host_name(id);
    if let Pattern::Replay(replay) = &entry.pattern {
        let (from, to) = cast(replay);
        return format!("{} -> {}", several(from.into_iter(), host).0, several(to.into_iter(), host).0);
    }
    let receiver = |to: Receiver| match to {
        Receiver::Host(id) => host(id),
        Receiver::Address(address) => address.to_string(),
    };
    let (from, senders) = several(flows(entry, seed).map(|(from, _)| from), host);
    let (to, receivers) = several(flows(entry, seed).map(|(_, to)| to), receiver);
    match entry.senders() {
        flows if flows > senders.max(receivers) => format!("{from} -> {to}, {} flows", grouped(flows as u64)),
        _ => format!("{from} -> {to}"),
    }
}

/// The first of `all` by name with the number of others, and the total number.
fn several<T: Copy + Ord>(mut all: impl Iterator<Item = T>, name: impl Fn(T) -> String) -> (String, usize) {
    let Some(first) = all.next() else { return ("nobody".into(), 0) };
    let mut others: BTreeSet<T> = all.collect();
    others.remove(&first);
    match others.len() {
        0 => (name(first), 1),
        others => (format!("{} (+{})", name(first), grouped(others as u64)), 1 + others),
    }
}

/// The hosts that send a replay's packets and the hosts that receive them, each in order of first appearance.
fn cast(replay: &Replay) -> (Vec<HostId>, Vec<HostId>) {
    let mut first = BTreeMap::new();
    for frame in replay.flows.iter().flat_map(|flow| &flow.frames) {
        let known = first.entry(frame.to).or_insert(frame.offset);
        *known = frame.offset.min(*known);
    }
    let mut to: Vec<(SimDuration, HostId)> = first.into_iter().map(|(host, offset)| (offset, host)).collect();
    to.sort();
    (replay.flows.iter().map(|flow| flow.from).collect(), to.into_iter().map(|(_, host)| host).collect())
}

fn most_first(drops: &Drops) -> Vec<(Word, u64)> {
    let mut drops: Vec<_> = drops.iter().map(|(reason, n)| (Word::from(reason.code()), n)).collect();
    drops.sort_by_key(|(_, n)| Reverse(*n));
    drops
}
