//! Expectations against the books. Says what was found and whether it lies in the wanted range; printing is the report's.

use super::books::{LinkCounts, TrafficCounts};
use super::delay::DelayRecorder;
use super::run::Run;
use crate::dataplane::DropReason;
use crate::model::plan::{Check, Expectation, Metric, Subject};
use crate::model::{LinkId, PeeringState};
use crate::units::{BitRate, ByteSize, Share, SimDuration};

/// One check of one expectation.
#[derive(Debug, Clone)]
pub struct CheckOutcome {
    /// Index into the plan's expectations.
    pub expectation: usize,
    /// Index into its checks.
    pub check: usize,
    /// What was measured, in the metric's base unit; none if there was nothing to measure.
    pub found: Option<u64>,
    /// Whether it lies in the wanted range.
    pub held: bool,
}

/// Every check of every expectation of a run that has finished.
pub fn verify(run: &Run) -> Vec<CheckOutcome> {
    let mut outcomes = Vec::new();
    for (at, expectation) in run.plan.expectations.iter().enumerate() {
        for (index, check) in expectation.checks.iter().enumerate() {
            let found = measure(run, expectation, check);
            let held = found.is_some_and(|value| (check.low..=check.high).contains(&value));
            outcomes.push(CheckOutcome { expectation: at, check: index, found, held });
        }
    }
    outcomes
}

fn measure(run: &Run, expectation: &Expectation, check: &Check) -> Option<u64> {
    let (from, to) = expectation.between;
    let span = to.since(from);
    match &expectation.subject {
        &Subject::Traffic(id) => {
            let book = run.simulation.traffic_book(id);
            let (_, counts) = book.windows.iter().find(|(between, _)| *between == expectation.between)?;
            of_traffic(counts, check.metric, span, run.plan.entry(id).is_ping())
        }
        Subject::Link { peering, from_requester } => {
            let id = run.simulation.network().find_peering_made_as(peering.as_str())?;
            let book = run.simulation.link_book(LinkId::new(id, *from_requester));
            let (_, counts) = book.windows.iter().find(|(between, _)| *between == expectation.between)?;
            of_link(counts, check.metric, span, book.longest_queue)
        }
        Subject::Peering { peering } => {
            let network = run.simulation.network();
            let peering = network.peering(network.find_peering_made_as(peering.as_str())?);
            match check.metric {
                Metric::State(at) => {
                    let state = peering.state_at(at)?;
                    Some(PeeringState::ALL.iter().position(|s| *s == state)? as u64)
                }
                Metric::Availability => peering.availability(run.simulation.now()).map(|a| a.share.as_ppb()),
                _ => None,
            }
        }
    }
}

fn of_traffic(counts: &TrafficCounts, metric: Metric, span: SimDuration, is_ping: bool) -> Option<u64> {
    let delays = if is_ping { &counts.ping.round_trip } else { &counts.delay };
    Some(match metric {
        Metric::Sent => counts.sent.packets,
        Metric::Delivered => counts.delivered.packets,
        Metric::Misdelivered => counts.misdelivered,
        Metric::Dropped => counts.drops.total(),
        Metric::DroppedBy(code) => counts.drops.of(DropReason::from_code(code)?),
        // Of nothing, nothing is lost and nothing is proven.
        Metric::Loss => counts.ended(is_ping).map(|_| counts.loss(is_ping).as_ppb())?,
        Metric::Answered => counts.ping.answered,
        Metric::IcmpErrors => counts.icmp_errors.values().sum(),
        Metric::Rate => BitRate::average(ByteSize::from_bytes(counts.delivered.bytes), span).as_bps(),
        Metric::Delay(_) | Metric::DelayMin | Metric::DelayMax => return of_delay(delays, metric),
        Metric::Offered | Metric::Carried | Metric::CarriedBytes | Metric::LongestQueue => return None,
        Metric::State(_) | Metric::Availability => return None,
    })
}

fn of_link(counts: &LinkCounts, metric: Metric, span: SimDuration, longest_queue: ByteSize) -> Option<u64> {
    Some(match metric {
        Metric::Offered => counts.offered.packets,
        Metric::Carried => counts.carried.packets,
        Metric::CarriedBytes => counts.carried.bytes,
        Metric::LongestQueue => longest_queue.as_u64(),
        Metric::Dropped => counts.drops.total(),
        Metric::DroppedBy(code) => counts.drops.of(DropReason::from_code(code)?),
        Metric::Loss if counts.offered.packets == 0 => return None,
        Metric::Loss => counts.loss().as_ppb(),
        Metric::Rate => BitRate::average(ByteSize::from_bytes(counts.carried.bytes), span).as_bps(),
        Metric::Delay(_) | Metric::DelayMin | Metric::DelayMax => return of_delay(&counts.delay, metric),
        Metric::Sent | Metric::Delivered | Metric::Misdelivered | Metric::Answered | Metric::IcmpErrors => return None,
        Metric::State(_) | Metric::Availability => return None,
    })
}

fn of_delay(delays: &DelayRecorder, metric: Metric) -> Option<u64> {
    let delay = match metric {
        Metric::Delay(ppb) => delays.quantile(ppb),
        Metric::DelayMin => delays.min(),
        _ => delays.max(),
    };
    delay.map(SimDuration::as_nanos)
}

impl TrafficCounts {
    /// Lost and completed packets: lost is dropped or misdelivered, and a ping is complete when its answer arrived.
    fn outcome(&self, is_ping: bool) -> (u64, u64) {
        let lost = self.drops.total() + self.misdelivered;
        if is_ping {
            (lost + self.ping.drops.total() + self.ping.misdelivered, self.ping.answered)
        } else {
            (lost, self.delivered.packets)
        }
    }

    /// How many packets ended, one way or the other; none if none did.
    fn ended(&self, is_ping: bool) -> Option<u64> {
        let (lost, completed) = self.outcome(is_ping);
        Some(lost + completed).filter(|ended| *ended > 0)
    }

    /// Lost / (lost + completed).
    pub fn loss(&self, is_ping: bool) -> Share {
        let (lost, completed) = self.outcome(is_ping);
        Share::of(lost, lost + completed)
    }
}

impl LinkCounts {
    /// Shaper drops / offered (S38).
    pub fn loss(&self) -> Share {
        Share::of(self.drops.at_shaper(), self.offered.packets)
    }
}
