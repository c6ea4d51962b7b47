//! What the plan's traffic offers to each direction of each peering, by looking every flow up in the data plane's FIBs
//! once: which entries, how many flows, and the highest rate of all together at one instant. It judges nothing.
//!
//! Exact are the links that flows take; rates are those that the plan states: of random gaps and of bursts the mean, of
//! a series the step. TCP connections and replays state no rate and offer none here. Where the seed chooses receivers,
//! flow n takes the n-th.

use super::scene::Scene;
use crate::dataplane::fib::FibEntry;
use crate::model::plan::{Pace, PacketSize, Pattern, Receiver, Traffic};
use crate::model::{HostId, LinkId, NextHop, PeeringId, TrafficId};
use crate::units::{BitRate, NANOS_PER_SECOND, SimTime};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// The flows of one entry.
#[derive(Default)]
pub(super) struct Ways {
    /// How many cross each link.
    pub over: BTreeMap<LinkId, u64>,
    /// How many replies of pings cross each link.
    pub back: BTreeMap<LinkId, u64>,
    /// How many stay in their VPC.
    pub inside: u64,
}

/// The ways of every entry's flows, by entry; those that are not over by the instant that is looked at.
pub(super) fn ways(scene: &Scene<'_>) -> Vec<Ways> {
    scene
        .plan
        .traffic
        .iter()
        .map(|entry| if entry.stop > scene.at { of_entry(scene, entry) } else { Ways::default() })
        .collect()
}

fn of_entry(scene: &Scene<'_>, entry: &Traffic) -> Ways {
    let mut ways = Ways::default();
    let network = scene.network;
    for (from, to) in entry.flows(|flow, n| flow % n) {
        let host = network.host(from);
        let is_forged = entry.source.is_some_and(|source| source != host.address);
        if !host.up || host.source_check && is_forged {
            continue;
        }
        let to = match to {
            Receiver::Host(to) => network.host(to).address,
            Receiver::Address(to) => to,
        };
        match exit(scene, from, to) {
            Some(FibEntry::Local) => ways.inside += 1,
            Some(FibEntry::Via(NextHop::Peering(id))) => {
                *ways.over.entry(link(scene, id, from)).or_default() += 1;
                if entry.is_ping()
                    && let Some(back) = reply(scene, entry, id, from, to)
                {
                    *ways.back.entry(back).or_default() += 1;
                }
            }
            Some(FibEntry::Via(NextHop::Blackhole)) | None => {}
        }
    }
    ways
}

/// Where a host's packets to an address leave its VPC, if they may.
fn exit(scene: &Scene<'_>, from: HostId, to: Ipv4Addr) -> Option<FibEntry> {
    let table = scene.network.subnet(scene.network.host(from).subnet).table;
    let (_, entry) = scene.ground.fib(table).lookup(to)?;
    match entry {
        FibEntry::Via(via @ NextHop::Peering(_)) if scene.usable(via).is_none() => None,
        entry => Some(entry),
    }
}

fn link(scene: &Scene<'_>, id: PeeringId, from: HostId) -> LinkId {
    LinkId::new(id, scene.network.peering(id).direction_from(scene.network.host(from).vpc))
}

/// The link that the reply to a ping takes, if it comes that far.
fn reply(scene: &Scene<'_>, entry: &Traffic, over: PeeringId, from: HostId, to: Ipv4Addr) -> Option<LinkId> {
    let asking = scene.network.host(from);
    let landed = scene.network.host_at(scene.behind(over, asking.vpc), to)?;
    if !scene.network.host(landed).up {
        return None;
    }
    match exit(scene, landed, entry.source.unwrap_or(asking.address))? {
        FibEntry::Via(NextHop::Peering(id)) => Some(link(scene, id, landed)),
        FibEntry::Via(NextHop::Blackhole) | FibEntry::Local => None,
    }
}

/// The most that is offered to one link at an instant.
pub(super) struct Peak {
    /// In bits per second.
    pub rate: u128,
    pub at: SimTime,
    /// The entries that offer it, the largest first, each with its rate.
    pub entries: Vec<(TrafficId, u128)>,
}

/// The highest rate offered to each link from the instant on that is looked at, by link.
pub(super) fn peaks(scene: &Scene<'_>, ways: &[Ways]) -> BTreeMap<LinkId, Peak> {
    let mut by_link: BTreeMap<LinkId, Vec<(TrafficId, u64)>> = BTreeMap::new();
    for (id, ways) in (0..).map(TrafficId).zip(ways) {
        for (link, flows) in ways.over.iter().chain(&ways.back) {
            by_link.entry(*link).or_default().push((id, *flows));
        }
    }
    by_link.into_iter().filter_map(|(link, all)| Some((link, peak(scene, &all)?))).collect()
}

fn peak(scene: &Scene<'_>, all: &[(TrafficId, u64)]) -> Option<Peak> {
    // When the rate of an entry changes, and to what.
    let mut steps: Vec<(SimTime, usize, u128)> = Vec::new();
    for (at, (id, flows)) in all.iter().enumerate() {
        let entry = scene.plan.entry(*id);
        steps.extend(rates(entry).into_iter().map(|(time, rate)| (time, at, rate * u128::from(*flows))));
    }
    steps.sort_by_key(|(time, ..)| *time);
    let mut now = vec![0; all.len()];
    let (mut sum, mut best): (u128, Option<(u128, SimTime)>) = (0, None);
    for (place, (time, at, rate)) in steps.iter().enumerate() {
        sum = sum - now[*at] + rate;
        now[*at] = *rate;
        let is_last_of_instant =
            steps.get(place + 1).is_none_or(|(next, ..)| next.max(&scene.at) > &(*time).max(scene.at));
        if is_last_of_instant && sum > best.map_or(0, |(most, _)| most) {
            best = Some((sum, (*time).max(scene.at)));
        }
    }
    let (rate, at) = best?;
    let mut then: BTreeMap<TrafficId, u128> = BTreeMap::new();
    let mut last = vec![0; all.len()];
    steps.iter().take_while(|(time, ..)| *time <= at).for_each(|(_, entry, rate)| last[*entry] = *rate);
    for ((id, _), rate) in all.iter().zip(last).filter(|(_, rate)| *rate > 0) {
        *then.entry(*id).or_default() += rate;
    }
    let mut entries: Vec<(TrafficId, u128)> = then.into_iter().collect();
    entries.sort_by_key(|(id, rate)| (std::cmp::Reverse(*rate), *id));
    Some(Peak { rate, at, entries })
}

/// The steps of one flow's rate: each from an instant on, in bits per second, the last one zero.
fn rates(entry: &Traffic) -> Vec<(SimTime, u128)> {
    match &entry.pattern {
        Pattern::Constant(pace) | Pattern::Poisson(pace) => steady(entry, *pace, (1, 1)),
        Pattern::Ping { interval } => steady(entry, Pace::Interval(*interval), (1, 1)),
        Pattern::OnOff { pace, on, off } => {
            steady(entry, *pace, (on.as_nanos().into(), u128::from(on.as_nanos()) + u128::from(off.as_nanos())))
        }
        Pattern::Series(series) | Pattern::Diurnal(series) => {
            let begun = series.begun_by(entry.start).saturating_sub(1);
            let inside = series.steps().skip(begun).take_while(|(time, _)| *time < entry.stop);
            let mut steps: Vec<_> =
                inside.map(|(time, rate)| (time.max(entry.start), u128::from(rate.as_bps()))).collect();
            steps.push((entry.stop, 0));
            steps
        }
        Pattern::Tcp(_) | Pattern::Replay(_) => Vec::new(),
    }
}

/// The mean rate of an even or bursting flow, from its start until it stops or its last packet is sent; it sends for
/// the `on` part of `whole`.
fn steady(entry: &Traffic, pace: Pace, (on, whole): (u128, u128)) -> Vec<(SimTime, u128)> {
    let billion = u128::from(NANOS_PER_SECOND);
    let (sum, weights) = weighed(&entry.size);
    let whole = whole.max(1);
    let rate = match pace {
        Pace::Rate(rate) => u128::from(rate.as_bps()),
        Pace::Interval(gap) => sum * 8 * billion / (weights * u128::from(gap.as_nanos()).max(1)),
    } * on
        / whole;
    let counted = entry.count.filter(|_| rate > 0).and_then(|count| {
        let nanos = u128::from(count) * sum * 8 * billion / (weights * rate);
        Some(SimTime::from_nanos(entry.start.as_nanos().checked_add(u64::try_from(nanos).ok()?)?))
    });
    let stop = counted.map_or(entry.stop, |end| end.min(entry.stop));
    vec![(entry.start, rate), (stop, 0)]
}

/// The sum of an entry's weighed packet sizes, and that of the weights.
fn weighed(size: &PacketSize) -> (u128, u128) {
    match size {
        PacketSize::Fixed(size) => (u128::from(*size), 1),
        PacketSize::Mix(sizes) => {
            let sum = sizes.iter().map(|(size, weight)| u128::from(*size) * u128::from(*weight)).sum();
            (sum, sizes.iter().map(|(_, weight)| u128::from(*weight)).sum::<u128>().max(1))
        }
    }
}

/// A sum of rates as a rate, for people.
pub(super) fn told(rate: u128) -> BitRate {
    BitRate::from_bps(u64::try_from(rate).unwrap_or(u64::MAX))
}
