//! When the plan's senders send, for the twin: a formula of our own for constant traffic with a set phase; what is random is
//! learnt from a run of the engine in which nothing else happens. What becomes of the packets is no matter of this file.

use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::rc::Rc;
use vpcsim::dataplane::packet::{PacketId, PacketKind, SourceId};
use vpcsim::engine::{Options, Record, Simulation};
use vpcsim::model::plan::{Destination, Pace, PacketSize, Pattern, Plan, Traffic};
use vpcsim::model::{HostId, Network, RateSeries};
use vpcsim::units::SimTime;

/// One flow: who sends, for which entry, to whom, and when how much.
#[derive(Debug, Clone)]
pub struct Sender {
    pub traffic: usize,
    pub flow: u64,
    pub host: HostId,
    /// The host named, if one is.
    pub meant: Option<HostId>,
    address: Option<Ipv4Addr>,
    /// Time and length.
    pub emissions: Vec<(u64, u16)>,
}

impl Sender {
    pub fn id(&self, source: usize, sequence: usize) -> PacketId {
        PacketId::new(SourceId(source as u32), sequence as u64)
    }

    pub fn destination(&self, network: &Network) -> Ipv4Addr {
        match (self.meant, self.address) {
            (Some(host), _) => network.host(host).address,
            (None, address) => address.unwrap_or(Ipv4Addr::UNSPECIFIED),
        }
    }
}

/// Every sender of a plan, in declaration order.
pub fn senders(network: &Network, plan: &Plan) -> Vec<Sender> {
    let mut senders = Vec::new();
    for (traffic, entry) in plan.traffic.iter().enumerate() {
        for (flow, &host) in entry.from.iter().enumerate() {
            let (meant, address) = match &entry.to {
                Destination::Hosts(hosts) => (Some(hosts[flow % hosts.len()]), None),
                Destination::AnyOf(_) => panic!("the twin cannot know whom the seed chose"),
                Destination::Address(address) => (None, Some(*address)),
            };
            let emissions = formula(entry).unwrap_or_default();
            senders.push(Sender { traffic, flow: flow as u64, host, meant, address, emissions });
        }
    }
    if plan.traffic.iter().any(|t| formula(t).is_none()) {
        learn(network, plan, &mut senders);
    }
    senders
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

/// The k-th packet goes when more than the bits of k packets have passed since the first instant: a wide sum for each packet.
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

/// Every host up, no timeline, and so much time that every packet ends and shows itself.
fn learn(network: &Network, plan: &Plan, senders: &mut [Sender]) {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let mut simulation = Simulation::new(network.clone(), plan, Options::default());
    let sink = seen.clone();
    simulation.observe(Box::new(move |records: &[Record]| sink.borrow_mut().extend_from_slice(records)));
    simulation.advance(plan.duration + vpcsim::units::SimDuration::from_secs(100_000));
    let mut originals: Vec<Record> = seen.borrow().iter().filter(|r| r.kind == PacketKind::Original).copied().collect();
    originals.sort_by_key(|r| r.id);
    for record in originals {
        let sender = &mut senders[record.id.source().0 as usize];
        if formula(&plan.traffic[sender.traffic]).is_some() {
            continue;
        }
        assert_eq!(record.id.sequence(), sender.emissions.len() as u64, "a packet of {} vanished", record.id);
        assert!(record.emitted >= plan.traffic[sender.traffic].start && record.emitted < SimTime::NEVER);
        sender.emissions.push((record.emitted.as_nanos(), record.wire_length));
    }
}
