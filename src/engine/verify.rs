//! Expectations against the books. Says what was found and whether it lies in the wanted range; printing is the
//! report's.

use super::books::{LinkCounts, TrafficBook, TrafficCounts};
use super::delay::{DelayRecorder, Quantile};
use super::run::Run;
use super::windows::Spans;
use crate::model::plan::{Check, Expectation, Metric, Subject};
use crate::model::{LinkId, Peering, PeeringState, TrafficId};
use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime, Span};
use std::collections::BTreeMap;

/// One check of one expectation.
#[derive(Debug, Clone)]
pub struct CheckOutcome {
    /// Index into the plan's expectations.
    pub expectation: usize,
    /// Index into its checks.
    pub check: usize,
    /// What was measured; none if there was nothing to measure.
    pub found: Option<Measured>,
    /// Whether it lies in the wanted range, or can lie in it if it is not known exactly.
    pub held: bool,
}

/// A value in its metric's base unit: from the smallest to the largest that it can be. They are one but for a quantile
/// of which only the histogram's bucket is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Not below this.
    pub low: u64,
    /// Not above this.
    pub high: u64,
}

impl Measured {
    fn exactly(value: u64) -> Measured {
        Measured { low: value, high: value }
    }
    fn meets(self, check: &Check) -> bool {
        self.low <= check.high && self.high >= check.low
    }
}

/// Every check of every expectation of a run that has finished.
pub fn verify(run: &Run) -> Vec<CheckOutcome> {
    let mut books = Books { run, traffic: BTreeMap::new(), links: BTreeMap::new() };
    let mut outcomes = Vec::new();
    for (at, expectation) in run.plan.expectations.iter().enumerate() {
        let measured = books.measure(expectation);
        for (index, (check, found)) in expectation.checks.iter().zip(measured).enumerate() {
            let held = found.is_some_and(|found| found.meets(check));
            outcomes.push(CheckOutcome { expectation: at, check: index, found, held });
        }
    }
    outcomes
}

/// The books that were asked for so far, ready to tell of any window.
struct Books<'a> {
    run: &'a Run,
    traffic: BTreeMap<TrafficId, (TrafficBook, Spans<TrafficCounts>)>,
    links: BTreeMap<LinkId, Spans<LinkCounts>>,
}

impl Books<'_> {
    /// What each check of an expectation asks for.
    fn measure(&mut self, expectation: &Expectation) -> Vec<Option<Measured>> {
        let Span { from, until } = expectation.between;
        let (length, is_whole) = (expectation.between.length(), self.run.plan.is_whole(expectation.between));
        let network = self.run.simulation.network();
        let each = |of: &dyn Fn(Metric) -> Option<Measured>| expectation.checks.iter().map(|c| of(c.metric)).collect();
        let nothing = || vec![None; expectation.checks.len()];
        match &expectation.subject {
            &Subject::Traffic(id) => {
                let (book, spans) = self.traffic.entry(id).or_insert_with(|| {
                    let book = self.run.simulation.traffic_book(id);
                    let spans = book.windows.spans();
                    (book, spans)
                });
                let window = (!is_whole).then(|| spans.between(from, until));
                let (counts, is_ping) = (window.as_ref().unwrap_or(&book.whole), self.run.plan.entry(id).is_ping());
                each(&|metric| of_traffic(counts, metric, length, is_ping))
            }
            Subject::Link { peering, direction } => {
                let Some(peering) = network.find_peering_made_as(peering.as_str()) else { return nothing() };
                let id = LinkId::new(peering, *direction);
                let book = self.run.simulation.link_book(id);
                let spans = self.links.entry(id).or_insert_with(|| book.windows.spans());
                let window = (!is_whole).then(|| spans.between(from, until));
                let counts = window.as_ref().unwrap_or(&book.whole);
                each(&|metric| of_link(counts, metric, length, book.longest_queue))
            }
            Subject::Peering { peering } => {
                let Some(id) = network.find_peering_made_as(peering.as_str()) else { return nothing() };
                each(&|metric| of_peering(network.peering(id), metric, self.run.simulation.now()))
            }
        }
    }
}

fn of_traffic(counts: &TrafficCounts, metric: Metric, span: SimDuration, is_ping: bool) -> Option<Measured> {
    let delays = if is_ping { &counts.ping.round_trip } else { &counts.delay };
    Some(Measured::exactly(match metric {
        Metric::Sent => counts.sent.packets,
        Metric::Delivered => counts.delivered.packets,
        Metric::Misdelivered => counts.misdelivered,
        Metric::Dropped => counts.drops.total(),
        Metric::DroppedBy(reason) => counts.drops.of(reason),
        // Of nothing, nothing is lost and nothing is proven.
        Metric::Loss => counts.ended(is_ping).map(|_| counts.loss(is_ping).as_ppb())?,
        Metric::Answered => counts.ping.answered,
        Metric::IcmpErrors => counts.icmp_errors.values().sum(),
        Metric::Rate => BitRate::average(ByteSize::from_bytes(counts.delivered.bytes), span).as_bps(),
        Metric::Delay(_) | Metric::DelayMin | Metric::DelayMax => return of_delay(delays, metric),
        Metric::Offered | Metric::Carried | Metric::CarriedBytes | Metric::LongestQueue => return None,
        Metric::State(_) | Metric::Availability => return None,
    }))
}

fn of_link(counts: &LinkCounts, metric: Metric, span: SimDuration, longest_queue: ByteSize) -> Option<Measured> {
    Some(Measured::exactly(match metric {
        Metric::Offered => counts.offered.packets,
        Metric::Carried => counts.carried.packets,
        Metric::CarriedBytes => counts.carried.bytes,
        Metric::LongestQueue => longest_queue.as_u64(),
        Metric::Dropped => counts.drops.total(),
        Metric::DroppedBy(reason) => counts.drops.of(reason),
        Metric::Loss if counts.offered.packets == 0 => return None,
        Metric::Loss => counts.loss().as_ppb(),
        Metric::Rate => BitRate::average(ByteSize::from_bytes(counts.carried.bytes), span).as_bps(),
        Metric::Delay(_) | Metric::DelayMin | Metric::DelayMax => return of_delay(&counts.delay, metric),
        Metric::Sent | Metric::Delivered | Metric::Misdelivered | Metric::Answered | Metric::IcmpErrors => return None,
        Metric::State(_) | Metric::Availability => return None,
    }))
}

fn of_peering(peering: &Peering, metric: Metric, now: SimTime) -> Option<Measured> {
    let value = match metric {
        Metric::State(at) => {
            let state = peering.state_at(at)?;
            PeeringState::ALL.iter().position(|s| *s == state)? as u64
        }
        Metric::Availability => peering.availability(now)?.share.as_ppb(),
        _ => return None,
    };
    Some(Measured::exactly(value))
}

fn of_delay(delays: &DelayRecorder, metric: Metric) -> Option<Measured> {
    let extreme = match metric {
        Metric::Delay(ppb) => {
            let Quantile { low, high } = delays.quantile(ppb)?;
            return Some(Measured { low: low.as_nanos(), high: high.as_nanos() });
        }
        Metric::DelayMin => delays.min(),
        _ => delays.max(),
    };
    extreme.map(|delay| Measured::exactly(delay.as_nanos()))
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
