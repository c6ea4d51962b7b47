//! When the plan's senders send, for the twin: an independent formula for constant traffic with a set phase; random
//! traffic is recorded from a run of the engine in which nothing else happens. What becomes of the packets does not
//! matter here.

use crate::story::listen;
use std::net::Ipv4Addr;
use vpcsim::dataplane::packet::{PacketId, PacketKind, SourceId};
use vpcsim::engine::{Options, Simulation, Step};
use vpcsim::model::plan::{Destination, Pace, PacketSize, Pattern, Pick, Plan, Traffic};
use vpcsim::model::{HostId, Network, RateSeries, Replay, ReplayFrame};
use vpcsim::units::SimTime;

/// Where a sender's packets go.
#[derive(Debug, Clone)]
enum To {
    Host(HostId),
    Address(Ipv4Addr),
    /// Each packet of a pass has its own destination.
    Frames(Vec<ReplayFrame>),
}

/// One flow: who sends, for which entry, to whom, when and how much.
#[derive(Debug, Clone)]
pub struct Sender {
    pub traffic: usize,
    pub flow: u64,
    pub host: HostId,
    /// Whether it is the end of connections that answers.
    pub answers: bool,
    to: To,
    /// Time and length.
    pub emissions: Vec<(u64, u16)>,
}

impl Sender {
    pub fn id(&self, source: usize, sequence: usize) -> PacketId {
        PacketId::new(SourceId(source as u32), sequence as u64)
    }

    /// The host that a packet is meant for, if it is meant for a host.
    pub fn meant(&self, sequence: u64) -> Option<HostId> {
        match &self.to {
            To::Host(host) => Some(*host),
            To::Address(_) => None,
            To::Frames(frames) => Some(frames[sequence as usize % frames.len()].to),
        }
    }

    pub fn destination(&self, network: &Network, sequence: u64) -> Ipv4Addr {
        match self.to {
            To::Address(address) => address,
            _ => self.meant(sequence).map_or(Ipv4Addr::UNSPECIFIED, |host| network.host(host).address),
        }
    }

    /// Whether a packet of a replay is an echo request, and whether a host answers it; `None` if the sender is not a
    /// replay.
    pub fn replayed(&self, sequence: u64) -> Option<(bool, bool)> {
        let To::Frames(frames) = &self.to else { return None };
        let frame = &frames[sequence as usize % frames.len()];
        Some((frame.bytes[9] == 1, frame.is_answered))
    }
}

/// Every sender of a plan, in declaration order.
pub fn senders(network: &Network, plan: &Plan) -> Vec<Sender> {
    let mut senders = Vec::new();
    for (traffic, entry) in plan.traffic.iter().enumerate() {
        if let Pattern::Replay(replay) = &entry.pattern {
            for (flow, one) in replay.flows.iter().enumerate() {
                let (host, to) = (one.from, To::Frames(one.frames.clone()));
                let emissions = played(entry, replay, &one.frames);
                senders.push(Sender { traffic, flow: flow as u64, host, answers: false, to, emissions });
            }
        }
        if let Some(transfers) = entry.transfers() {
            senders.extend(ends(traffic, entry, transfers.connections.into()));
            continue;
        }
        for (flow, (host, to)) in flows(entry).into_iter().enumerate() {
            let emissions = formula(entry).unwrap_or_default();
            senders.push(Sender { traffic, flow: flow as u64, host, answers: false, to, emissions });
        }
    }
    let known: Vec<bool> = plan.traffic.iter().map(is_known).collect();
    if known.contains(&false) {
        learn(network, plan, &known, &mut senders);
    }
    senders
}

/// The two ends of each flow of connections, of which as many as are open at a time have a flow each; the end that
/// opens comes first. They send as `ends.rs` says.
fn ends(traffic: usize, entry: &Traffic, parallel: u64) -> Vec<Sender> {
    let mut senders = Vec::new();
    for (pair, (host, to)) in flows(entry).into_iter().enumerate() {
        let To::Host(other) = to else { panic!("nobody is known to listen there") };
        for flow in pair as u64 * parallel..(pair as u64 + 1) * parallel {
            let end =
                |host, to, answers| Sender { traffic, flow, host, answers, to: To::Host(to), emissions: Vec::new() };
            senders.extend([end(host, other, false), end(other, host, true)]);
        }
    }
    senders
}

/// Who sends to which host or address, one sender after the other.
fn flows(entry: &Traffic) -> Vec<(HostId, To)> {
    let mut flows = Vec::new();
    for (number, &from) in entry.from.iter().enumerate() {
        let (hosts, pick) = match &entry.to {
            Destination::Hosts { hosts, pick } => (hosts, *pick),
            Destination::Address(address) => {
                flows.push((from, To::Address(*address)));
                continue;
            }
        };
        // Cycles from the sender's own number on and skips the sender: the first other host.
        let mut turned = (0..hosts.len()).map(|at| hosts[(number + at) % hosts.len()]);
        match pick {
            Pick::Every => flows.extend(hosts.iter().filter(|to| **to != from).map(|to| (from, To::Host(*to)))),
            Pick::InOrder => flows.push((from, To::Host(turned.find(|to| *to != from).unwrap_or(from)))),
            Pick::Random => panic!("the twin cannot know whom the seed chose"),
        }
    }
    flows
}

/// Pass after pass, each packet at its captured time divided by the speed, rounded half up.
fn played(entry: &Traffic, replay: &Replay, frames: &[ReplayFrame]) -> Vec<(u64, u16)> {
    let first = entry.start.as_nanos() + entry.phase.map_or(0, |phase| phase.as_nanos());
    let (one, speed) = (1_000_000_000, u128::from(replay.speed.as_ppb()));
    let mut all = Vec::new();
    for pass in 0..u128::from(replay.passes) {
        for frame in frames {
            let captured = pass * u128::from(replay.period.as_nanos()) + u128::from(frame.offset.as_nanos());
            all.push((first + ((2 * captured * one + speed) / (2 * speed)) as u64, frame.wire_length));
        }
    }
    all.truncate(entry.count.unwrap_or(u64::MAX).min(usize::MAX as u64) as usize);
    all.retain(|(time, _)| *time < entry.stop.as_nanos());
    all
}

/// Whether its emissions need not be recorded from a run.
fn is_known(entry: &Traffic) -> bool {
    matches!(entry.pattern, Pattern::Replay(_) | Pattern::Tcp(_)) || formula(entry).is_some()
}

/// `start + phase + floor(k · 8 · length · 10⁹ / rate)`: no remainder is lost, however long it runs.
fn formula(entry: &Traffic) -> Option<Vec<(u64, u16)>> {
    let first = entry.start.as_nanos() + entry.phase?.as_nanos();
    let PacketSize::Fixed(length) = entry.size else { return None };
    if let Pattern::Series(series) = &entry.pattern {
        return Some(stepped(entry, first, length, series));
    }
    let pace = match entry.pattern {
        Pattern::Constant(pace) => pace,
        Pattern::Ping { interval } => Pace::Interval(interval),
        _ => return None,
    };
    let time = |k: u64| match pace {
        Pace::Interval(gap) => first + k * gap.as_nanos(),
        Pace::Rate(rate) => {
            first + (u128::from(k) * 8 * u128::from(length) * 1_000_000_000 / u128::from(rate.as_bps())) as u64
        }
    };
    let count = entry.count.unwrap_or(u64::MAX);
    Some((0..count).map(time).take_while(|t| *t < entry.stop.as_nanos()).map(|t| (t, length)).collect())
}

/// The k-th packet is sent when more than the bits of k packets have passed since the first instant: a wide sum for
/// each packet.
fn stepped(entry: &Traffic, first: u64, length: u16, series: &RateSeries) -> Vec<(u64, u16)> {
    let ends = series.steps().skip(1).map(|(begin, _)| begin.as_nanos()).chain([u64::MAX]);
    let steps: Vec<(u64, u64, u128)> = series
        .steps()
        .zip(ends)
        .map(|((begin, rate), end)| (begin.as_nanos().max(first), end, u128::from(rate.as_bps())))
        .filter(|(begin, end, _)| begin < end)
        .collect();
    let time = |k: u64| {
        let mut left = u128::from(k) * 8 * u128::from(length) * 1_000_000_000;
        for (begin, end, rate) in &steps {
            let passed = u128::from(end - begin) * rate;
            if left < passed {
                return begin + (left / rate) as u64;
            }
            left -= passed;
        }
        u64::MAX
    };
    let count = entry.count.unwrap_or(u64::MAX);
    (0..count).map(time).take_while(|t| *t < entry.stop.as_nanos()).map(|t| (t, length)).collect()
}

/// Records the emissions of the entries that are not known: every host up, no timeline, no connection opened, and
/// enough time for every packet to end.
fn learn(network: &Network, plan: &Plan, known: &[bool], senders: &mut [Sender]) {
    let mut silent = plan.clone();
    silent.traffic.iter_mut().filter(|entry| entry.transfers().is_some()).for_each(|entry| entry.count = Some(0));
    let mut simulation = Simulation::new(network.clone(), &silent, Options::default());
    let told = listen(&mut simulation);
    simulation.advance(plan.duration + vpcsim::units::SimDuration::from_secs(100_000));
    let mut originals = told.take();
    originals.retain(|r| r.kind == PacketKind::Original && r.step == Step::Emitted);
    originals.sort_by_key(|r| r.id);
    for record in originals {
        let sender = &mut senders[record.id.source().0 as usize];
        if known[sender.traffic] {
            continue;
        }
        assert_eq!(record.id.sequence(), sender.emissions.len() as u64, "a packet of {} vanished", record.id);
        assert!(record.emitted >= plan.traffic[sender.traffic].start && record.emitted < SimTime::NEVER);
        sender.emissions.push((record.emitted.as_nanos(), record.wire_length));
    }
}
