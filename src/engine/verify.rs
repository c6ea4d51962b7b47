//! Checks expectations against the books. Returns what was measured and whether it lies in the wanted range; the report
//! prints it.

use super::books::{LinkCounts, TrafficBook, TrafficCounts};
use super::delay::{DelayRecorder, Quantile};
use super::drops::Drops;
use super::run::Run;
use super::simulation::TrafficLedger;
use super::windows::{Spans, Sum};
use crate::model::plan::{Check, Expectation, Metric, Subject, Traffic};
use crate::model::{Direction, DropReason, LinkId, Name, Network, PeeringId, TrafficId, VpcId};
use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime, Span};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// One check of one expectation.
#[derive(Debug, Clone)]
pub struct CheckOutcome {
    /// Index into the plan's expectations.
    pub expectation: usize,
    /// Index into its checks.
    pub check: usize,
    /// What was measured; `None` if there was nothing to measure.
    pub found: Option<Measured>,
    /// Whether it lies in the wanted range, or may lie in it if it is not known exactly.
    pub held: bool,
    /// If not: why most of the packets that the expectation is about were dropped in its window, the first of equals.
    pub most_dropped: Option<DropReason>,
}

/// A value in its metric's base unit: its smallest and its largest possible value. They are equal except for a quantile
/// of which only the histogram's bucket is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// The smallest possible value.
    pub low: u64,
    /// The largest possible value.
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
    let ledger = run.simulation.traffic_books();
    let mut books = Books { run, ledger, traffic: BTreeMap::new(), links: BTreeMap::new() };
    let mut outcomes = Vec::new();
    for (at, expectation) in run.plan.expectations.iter().enumerate() {
        outcomes.extend(books.judge(at, expectation));
    }
    outcomes
}

/// The books asked for so far, prepared for any window.
struct Books<'a> {
    run: &'a Run,
    ledger: TrafficLedger<'a>,
    traffic: BTreeMap<TrafficId, (TrafficBook, Spans<TrafficCounts>)>,
    links: BTreeMap<(&'a Name, VpcId), LinkBooks>,
}

/// The books of the links from one VPC over all peerings that ever had a given name.
#[derive(Default)]
struct LinkBooks {
    /// Whether there was any such peering.
    exist: bool,
    whole: LinkCounts,
    longest_queue: ByteSize,
    spans: Vec<Spans<LinkCounts>>,
}

/// What the books say about the subject of one expectation, in its window.
enum Facts<'a> {
    Traffic { counts: &'a TrafficCounts, whole: &'a TrafficCounts, entry: &'a Traffic, between: Span },
    Link { counts: &'a LinkCounts, longest_queue: ByteSize },
    Peering { name: &'a Name, run: &'a Run },
}

impl<'a> Books<'a> {
    /// What came of each check of an expectation, which is the plan's `at`-th.
    fn judge(&mut self, at: usize, expectation: &'a Expectation) -> Vec<CheckOutcome> {
        let (between, is_whole) = (expectation.between, self.run.plan.is_whole(expectation.between));
        let length = between.length();
        let each = |facts: Option<Facts>| {
            let judged = |(index, check): (usize, &Check)| {
                let found = facts.as_ref().and_then(|facts| facts.measure(check.metric, length));
                let held = found.is_some_and(|found| found.meets(check));
                let most_dropped = facts.as_ref().filter(|_| !held).and_then(Facts::most_dropped);
                CheckOutcome { expectation: at, check: index, found, held, most_dropped }
            };
            expectation.checks.iter().enumerate().map(judged).collect()
        };
        match &expectation.subject {
            &Subject::Traffic(id) => {
                let (book, spans) = self.traffic.entry(id).or_insert_with(|| {
                    let book = self.ledger.of(id);
                    let spans = book.windows.spans();
                    (book, spans)
                });
                let window = (!is_whole).then(|| spans.between(between.from, between.until));
                let (counts, entry) = (window.as_ref().unwrap_or(&book.whole), self.run.plan.entry(id));
                each(Some(Facts::Traffic { counts, whole: &book.whole, entry, between }))
            }
            Subject::Link { peering, from: near } => {
                let books =
                    self.links.entry((peering, *near)).or_insert_with(|| LinkBooks::of(self.run, peering, *near));
                let window = (!is_whole).then(|| books.between(between));
                let (counts, longest_queue) = (window.as_ref().unwrap_or(&books.whole), books.longest_queue);
                each(books.exist.then_some(Facts::Link { counts, longest_queue }))
            }
            Subject::Peering { peering } => each(Some(Facts::Peering { name: peering, run: self.run })),
        }
    }
}

impl LinkBooks {
    fn of(run: &Run, name: &Name, near: VpcId) -> LinkBooks {
        let network = run.simulation.network();
        let mut books = LinkBooks::default();
        for id in bearers(network, name) {
            let links = Direction::BOTH.map(|direction| LinkId::new(id, direction));
            // The two ends of a peering are different VPCs.
            let Some(link) = links.into_iter().find(|link| network.ends(*link).0 == near) else { continue };
            let book = run.simulation.link_book(link);
            books.exist = true;
            books.whole.merge(&book.whole);
            books.longest_queue = books.longest_queue.max(book.longest_queue);
            books.spans.push(book.windows.spans());
        }
        books
    }

    fn between(&self, Span { from, until }: Span) -> LinkCounts {
        let mut sum = LinkCounts::default();
        self.spans.iter().for_each(|spans| sum.merge(&spans.between(from, until)));
        sum
    }
}

/// All peerings that ever had a name, each once.
fn bearers(network: &Network, name: &Name) -> BTreeSet<PeeringId> {
    network.bearers(name.as_str()).iter().map(|(_, id)| *id).collect()
}

impl Facts<'_> {
    /// The value of a metric in a window of this length; `None` if there is nothing to measure.
    fn measure(&self, metric: Metric, length: SimDuration) -> Option<Measured> {
        Some(Measured::exactly(match metric {
            Metric::Sent => self.traffic()?.sent.packets,
            Metric::Delivered => self.traffic()?.delivered.packets,
            Metric::Misdelivered => self.traffic()?.misdelivered,
            Metric::Answered => self.traffic()?.ping.answered,
            Metric::Goodput => self.goodput()?.as_bps(),
            Metric::Fairness => self.fairness()?,
            Metric::Completed => self.traffic()?.tcp.completion.len(),
            Metric::CompletionP50 => return quantile(&self.traffic()?.tcp.completion, 500_000_000),
            Metric::CompletionP99 => return quantile(&self.traffic()?.tcp.completion, 990_000_000),
            Metric::CompletionMax => self.traffic()?.tcp.completion.max()?.as_nanos(),
            Metric::Retransmissions => self.traffic()?.tcp.retransmissions,
            Metric::Timeouts => self.traffic()?.tcp.timeouts,
            Metric::RttMin => self.traffic()?.tcp.round_trip.min()?.as_nanos(),
            Metric::RttP50 => return quantile(&self.traffic()?.tcp.round_trip, 500_000_000),
            Metric::RttP99 => return quantile(&self.traffic()?.tcp.round_trip, 990_000_000),
            Metric::IcmpErrors => self.traffic()?.icmp_errors.values().sum(),
            Metric::Dropped => self.drops()?.total(),
            Metric::DroppedBy(reason) => self.drops()?.of(reason),
            Metric::Loss => self.loss()?.as_ppb(),
            Metric::Rate => BitRate::average(self.arrived()?, length).as_bps(),
            Metric::DelayMin => self.delays()?.min()?.as_nanos(),
            Metric::DelayP50 => return quantile(self.delays()?, 500_000_000),
            Metric::DelayP90 => return quantile(self.delays()?, 900_000_000),
            Metric::DelayP99 => return quantile(self.delays()?, 990_000_000),
            Metric::DelayP999 => return quantile(self.delays()?, 999_000_000),
            Metric::DelayMax => self.delays()?.max()?.as_nanos(),
            Metric::Offered => self.link()?.offered.packets,
            Metric::Carried => self.link()?.carried.packets,
            Metric::CarriedBytes => self.link()?.carried.bytes,
            Metric::LongestQueue => self.longest_queue()?.as_u64(),
            Metric::Availability => self.availability()?.as_ppb(),
            Metric::State(at) => self.state(at)?,
        }))
    }

    fn traffic(&self) -> Option<&TrafficCounts> {
        match self {
            Facts::Traffic { counts, .. } => Some(counts),
            Facts::Link { .. } | Facts::Peering { .. } => None,
        }
    }

    fn link(&self) -> Option<&LinkCounts> {
        match self {
            Facts::Link { counts, .. } => Some(counts),
            Facts::Traffic { .. } | Facts::Peering { .. } => None,
        }
    }

    fn drops(&self) -> Option<&Drops> {
        match self {
            Facts::Traffic { counts, .. } => Some(&counts.drops),
            Facts::Link { counts, .. } => Some(&counts.drops),
            Facts::Peering { .. } => None,
        }
    }

    /// Why most packets were dropped, replies and answers included; on a peering in the whole run.
    fn most_dropped(&self) -> Option<DropReason> {
        let mut all = Drops::default();
        match *self {
            Facts::Traffic { counts, .. } => {
                let drops = [&counts.drops, &counts.ping.drops, &counts.tcp.answers_dropped];
                drops.into_iter().for_each(|drops| all.merge(drops));
            }
            Facts::Link { counts, .. } => all.merge(&counts.drops),
            Facts::Peering { name, run } => {
                let links = bearers(run.simulation.network(), name).into_iter().flat_map(LinkId::both);
                links.for_each(|link| all.merge(&run.simulation.link_book(link).whole.drops));
            }
        }
        all.iter().max_by_key(|(reason, packets)| (*packets, Reverse(*reason as usize))).map(|(reason, _)| reason)
    }

    /// The loss; `None` if no packets were counted, since then nothing is proven.
    fn loss(&self) -> Option<Share> {
        match *self {
            Facts::Traffic { counts, entry, .. } => counts.ended(entry.is_ping()).map(|_| counts.loss(entry.is_ping())),
            Facts::Link { counts, .. } => Some(counts.loss()).filter(|_| counts.offered.packets > 0),
            Facts::Peering { .. } => None,
        }
    }

    /// The bytes that count towards a rate.
    fn arrived(&self) -> Option<ByteSize> {
        match self {
            Facts::Traffic { counts, .. } => Some(ByteSize::from_bytes(counts.delivered.bytes)),
            Facts::Link { counts, .. } => Some(ByteSize::from_bytes(counts.carried.bytes)),
            Facts::Peering { .. } => None,
        }
    }

    fn delays(&self) -> Option<&DelayRecorder> {
        match self {
            Facts::Traffic { counts, entry, .. } if entry.is_ping() => Some(&counts.ping.round_trip),
            Facts::Traffic { counts, .. } => Some(&counts.delay),
            Facts::Link { counts, .. } => Some(&counts.delay),
            Facts::Peering { .. } => None,
        }
    }

    fn goodput(&self) -> Option<BitRate> {
        let &Facts::Traffic { counts, whole, entry, between } = self else { return None };
        let stalls = || whole.tcp.first.filter(|first| *first < between.until).map(|_| BitRate::default());
        counts.tcp.goodput(sending(entry, between), entry.transfers()?.size.ends()).or_else(stalls)
    }

    fn fairness(&self) -> Option<u64> {
        let &Facts::Traffic { counts, whole, entry, between } = self else { return None };
        let open = whole.tcp.open_in(between);
        counts.tcp.fairness(sending(entry, between), entry.transfers()?.size.ends(), open)
    }

    fn longest_queue(&self) -> Option<ByteSize> {
        match self {
            Facts::Link { longest_queue, .. } => Some(*longest_queue),
            Facts::Traffic { .. } | Facts::Peering { .. } => None,
        }
    }

    /// The availability; over several peerings of the name, the share of their total active time.
    fn availability(&self) -> Option<Share> {
        let &Facts::Peering { name, run } = self else { return None };
        let (network, now) = (run.simulation.network(), run.simulation.now());
        let each = bearers(network, name).into_iter().filter_map(|id| network.peering(id).availability(now));
        let (active, downtime) = each.fold((0, 0), |(active, downtime), one| {
            (active + one.active.as_nanos(), downtime + one.downtime.as_nanos())
        });
        (active > 0).then(|| Share::of(active - downtime, active))
    }

    /// The state of the peering that had the name at `at`, or last before; if none did, of the first one to have it.
    fn state(&self, at: SimTime) -> Option<u64> {
        let &Facts::Peering { name, run } = self else { return None };
        let network = run.simulation.network();
        let bearers = network.bearers(name.as_str());
        let begun = bearers.partition_point(|(since, _)| *since <= at);
        let (_, id) = bearers.get(begun.saturating_sub(1))?;
        network.peering(*id).state_at(at).map(|state| state as u64)
    }
}

fn quantile(delays: &DelayRecorder, ppb: u32) -> Option<Measured> {
    let Quantile { low, high } = delays.quantile(ppb)?;
    Some(Measured { low: low.as_nanos(), high: high.as_nanos() })
}

impl TrafficCounts {
    /// Lost and completed packets: a lost packet was dropped or misdelivered, and a ping is complete when its reply
    /// arrived.
    fn outcome(&self, is_ping: bool) -> (u64, u64) {
        let lost = self.drops.total() + self.misdelivered;
        if is_ping {
            (lost + self.ping.drops.total() + self.ping.misdelivered, self.ping.answered)
        } else {
            (lost, self.delivered.packets)
        }
    }

    /// How many packets were lost or completed; `None` if there were none.
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

/// What of a window lies before the entry stops.
fn sending(entry: &Traffic, between: Span) -> Span {
    between.intersection(Span::new(SimTime::ZERO, entry.stop))
}
