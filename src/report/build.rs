//! From a run to its [`Snapshot`]: reads the books, names things, judges nothing but what the plan demands. Draws
//! nothing.

use super::sections::within;
use super::snapshot::*;
use crate::engine::{Counts, DelayRecorder, Drops, Measured, Quantile, Run, flows, verify};
use crate::model::plan::{Expectation, Metric, Pattern, Receiver, Subject, Traffic};
use crate::model::{DropReason, HostId, LinkId, Network, Outcome, Replay, Rules, TrafficId};
use crate::units::{BitRate, ByteSize, SimDuration, SimTime, Span, grouped};
use std::collections::{BTreeMap, BTreeSet};

impl Snapshot {
    /// The run as it stands; expectations are evaluated only if it is done. `interval` is the one its series were kept
    /// with.
    pub fn of(run: &Run, file: &str, notes: Vec<String>, interval: Option<SimDuration>) -> Snapshot {
        let simulation = &run.simulation;
        let totals = simulation.totals();
        let links: Vec<LinkId> = (0..simulation.network().peerings().len() as u32 * 2).map(LinkId).collect();
        Snapshot {
            format: FORMAT,
            version: VERSION,
            scenario: run.plan.name.clone(),
            file: file.into(),
            question: run.plan.question.clone(),
            seed: run.plan.seed,
            duration: run.plan.duration,
            reached: simulation.now(),
            partial: !run.is_done(),
            notes,
            packets: Books {
                emitted: totals.emitted,
                delivered: totals.delivered,
                dropped: totals.dropped,
                in_flight: totals.in_flight,
            },
            links: links.iter().map(|l| link(run, *l)).collect(),
            traffic: (0..run.plan.traffic.len() as u32).map(|t| traffic(run, TrafficId(t))).collect(),
            availability: availability(run),
            drops: drops(run, &links),
            timeline: timeline(run),
            expectations: expectations(run),
            intervals: interval.map(|interval| intervals(run, interval, &links)),
        }
    }
}

fn volume(counts: Counts) -> Volume {
    Volume { packets: counts.packets, bytes: ByteSize::from_bytes(counts.bytes) }
}

fn delays(recorder: &DelayRecorder) -> Option<Delays> {
    let (p50, p99) = (recorder.quantile(500_000_000)?, recorder.quantile(990_000_000)?);
    Some(Delays {
        packets: recorder.len(),
        min: recorder.min()?,
        p50: p50.value(),
        p50_precision: p50.precision(),
        p99: p99.value(),
        p99_precision: p99.precision(),
        max: recorder.max()?,
    })
}

fn link(run: &Run, id: LinkId) -> LinkReport {
    let simulation = &run.simulation;
    let network = simulation.network();
    let peering = network.peering(id.peering());
    let (near, far) = network.ends(id);
    let book = simulation.link_book(id);
    let counts = &book.whole;
    let shaping = peering.shaping(&network.rules);
    let shaper_drops = counts.drops.at_shaper();
    LinkReport {
        peering: peering.name.to_string(),
        from: network.vpc(near).name.to_string(),
        to: network.vpc(far).name.to_string(),
        state: network.rules.state(peering.state),
        cross_region: peering.cross_region,
        cap: shaping.map(|s| s.rate),
        burst: shaping.map(|s| s.burst),
        offered: volume(counts.offered),
        carried: volume(counts.carried),
        shaper_drops,
        other_drops: counts.drops.total() - shaper_drops,
        in_flight: simulation.on_link(id),
        loss: counts.loss(),
        carried_rate: BitRate::average(
            ByteSize::from_bytes(counts.carried.bytes),
            SimDuration::from_nanos(simulation.now().as_nanos()),
        ),
        longest_queue: book.longest_queue,
        delay: delays(&counts.delay),
    }
}

fn traffic(run: &Run, id: TrafficId) -> TrafficReport {
    let entry = run.plan.entry(id);
    let counts = run.simulation.traffic_book(id).whole;
    let dropped = counts.drops.total();
    let ended = counts.delivered.packets + counts.misdelivered + dropped;
    TrafficReport {
        name: entry.name.to_string(),
        label: entry.label.clone(),
        pattern: entry.pattern.name(),
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
        icmp_errors: counts
            .icmp_errors
            .iter()
            .map(|((kind, from), n)| IcmpErrorReport { kind: kind.name(), from: from.to_string(), packets: *n })
            .collect(),
        handled: match &entry.pattern {
            Pattern::Replay(replay) => replay.handled.clone(),
            Pattern::Series(series) => series.handled.clone(),
            _ => Vec::new(),
        },
    }
}

/// `VPC1/web -> VPC2/db`, `VPC1/web-1 (+99) -> 10.9.0.1`: the first of those that send and the first of those that are
/// sent to, and how many others there are; `, 36 flows` where that is no flow for each.
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

/// The first of `all` by name and how many others there are; and how many these are in all.
fn several<T: Copy + Ord>(mut all: impl Iterator<Item = T>, name: impl Fn(T) -> String) -> (String, usize) {
    let Some(first) = all.next() else { return ("nobody".into(), 0) };
    let mut others: BTreeSet<T> = all.collect();
    others.remove(&first);
    match others.len() {
        0 => (name(first), 1),
        others => (format!("{} (+{})", name(first), grouped(others as u64)), 1 + others),
    }
}

/// The hosts that send a replay's packets and those they are for, each in order of first appearance.
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

fn most_first(drops: &Drops) -> Vec<(&'static str, u64)> {
    let mut drops: Vec<_> = drops.iter().map(|(reason, n)| (reason.code(), n)).collect();
    drops.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    drops
}

fn drops(run: &Run, links: &[LinkId]) -> Vec<DropReport> {
    let network = run.simulation.network();
    let report = |place: String, (reason, packets): (DropReason, u64)| DropReport {
        place,
        reason: reason.code(),
        sentence: reason.sentence(),
        forwarding_status: reason.forwarding_status(),
        packets,
    };
    let mut all = Vec::new();
    for (id, vpc) in network.vpcs() {
        let book = run.simulation.vpc_book(id);
        all.extend(book.drops.iter().map(|drop| report(vpc.name.to_string(), drop)));
    }
    for &id in links {
        let (near, far) = network.ends(id);
        let peering = &network.peering(id.peering()).name;
        let place = format!("{peering} {} -> {}", network.vpc(near).name, network.vpc(far).name);
        let book = run.simulation.link_book(id);
        all.extend(book.whole.drops.iter().map(|drop| report(place.clone(), drop)));
    }
    all
}

/// Peerings that injected faults kept from carrying (S36).
fn availability(run: &Run) -> Vec<AvailabilityReport> {
    let network = run.simulation.network();
    let hit = network.peerings().filter(|(_, peering)| !peering.outages.is_empty());
    let report = hit.filter_map(|(_, peering)| {
        let found = peering.availability(run.simulation.now())?;
        Some(AvailabilityReport {
            peering: peering.name.to_string(),
            availability: found.share,
            promised: network.rules.promised,
            downtime: found.downtime,
            budget: network.rules.downtime_allowed(found.active),
            budget_of_month: network.rules.downtime_allowed(SimDuration::from_secs(30 * 86_400)),
        })
    });
    report.collect()
}

/// What users did and what the network did by itself, in order; at one instant the network comes first.
fn timeline(run: &Run) -> Vec<ActionReport> {
    let action = |outcome: &crate::engine::ActionOutcome| {
        let action = &run.plan.timeline[outcome.action];
        let by = action.by.map(|by| run.simulation.network().account(by).name.to_string());
        ActionReport {
            time: action.time,
            by,
            action: action.text.clone(),
            outcome: outcome.text.clone(),
            refused: outcome.refused.map(String::from),
            as_expected: outcome.as_expected,
        }
    };
    let event = |(time, outcome): &(SimTime, Outcome)| ActionReport {
        time: *time,
        by: None,
        action: "by itself".into(),
        outcome: outcome.0.clone(),
        refused: None,
        as_expected: true,
    };
    let mut all: Vec<ActionReport> = run.simulation.happened().iter().map(event).collect();
    all.extend(run.outcomes.iter().map(action));
    all.sort_by_key(|report| report.time);
    all
}

fn expectations(run: &Run) -> Vec<ExpectationReport> {
    let outcomes = if run.is_done() { verify(run) } else { Vec::new() };
    let rules = &run.simulation.network().rules;
    let mut outcomes = outcomes.into_iter();
    let mut reports = Vec::new();
    for expectation in &run.plan.expectations {
        for check in &expectation.checks {
            let outcome = outcomes.next();
            let whole = Span::new(SimTime::ZERO, run.plan.duration);
            reports.push(ExpectationReport {
                subject: subject(run, expectation),
                metric: check.metric.to_string(),
                between: (expectation.between != whole).then_some(expectation.between),
                expected: check.text.clone(),
                found: outcome.as_ref().and_then(|o| o.found).map(|found| measured(check.metric, found, rules)),
                missing: outcome.as_ref().filter(|o| o.found.is_none()).map(|_| check.metric.row().missing),
                held: outcome.map(|o| o.held),
            });
        }
    }
    reports
}

/// A value with its unit, and how far the true one can lie from it.
fn measured(metric: Metric, found: Measured, rules: &Rules) -> String {
    if found.low == found.high {
        return metric.show(found.low, rules);
    }
    // All that is not exact are quantiles of delays.
    let [low, high] = [found.low, found.high].map(SimDuration::from_nanos);
    let quantile = Quantile { low, high };
    within(quantile.value(), quantile.precision())
}

fn subject(run: &Run, expectation: &Expectation) -> String {
    match &expectation.subject {
        Subject::Traffic(id) => format!("traffic {}", run.plan.entry(*id).name),
        Subject::Peering { peering } => format!("peering {peering}"),
        Subject::Link { peering, from } => {
            format!("peering {peering} from {}", run.simulation.network().vpc(*from).name)
        }
    }
}

fn intervals(run: &Run, interval: SimDuration, links: &[LinkId]) -> Intervals {
    let network = run.simulation.network();
    let used = links.iter().filter(|l| run.simulation.link_book(**l).whole.offered.packets > 0);
    let series = used.filter_map(|&id| {
        let (near, far) = network.ends(id);
        let rows = run.simulation.series(id)?.rows().iter().map(|row| IntervalRow {
            offered: Volume { packets: row.offered, bytes: ByteSize::from_bytes(row.offered_bytes) },
            carried: Volume { packets: row.carried, bytes: ByteSize::from_bytes(row.carried_bytes) },
            dropped: row.dropped,
            longest_queue: row.longest_queue,
            tokens: row.tokens,
        });
        Some(IntervalSeries {
            peering: network.peering(id.peering()).name.to_string(),
            from: network.vpc(near).name.to_string(),
            to: network.vpc(far).name.to_string(),
            cap: network.peering(id.peering()).shaping(&network.rules).map(|s| s.rate),
            burst: network.peering(id.peering()).shaping(&network.rules).map(|s| s.burst),
            rows: rows.collect(),
        })
    });
    Intervals { interval, reached: run.simulation.now(), links: series.collect() }
}
