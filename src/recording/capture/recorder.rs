//! Writes what is seen, packet by packet, in the order of the run, and at the end what passed each interface. Keeps one
//! step: what is lost as it leaves is written once.

use super::interfaces::{Interfaces, senders};
use super::points::{DELIVERED, Wanted};
use super::sight::{Sight, Watch};
use crate::dataplane::packet::PacketKind;
use crate::engine::{Interest, Place, Record, Step};
use crate::model::plan::Plan;
use crate::model::{Network, Verdict, network_at};
use crate::units::SimTime;
use crate::wire::capture::write::{Section, Seen, Statistics};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::Ipv4Addr;

/// What captures of this program begin with.
const APPLICATION: &str = concat!("vpcsim ", env!("CARGO_PKG_VERSION"));
/// The bits of a packet's id that tell which packet of its sender it is; above them its kind, and its sender.
const SEQUENCE_BITS: u32 = 37;

/// A capture being written.
pub(super) struct Recorder<W> {
    section: Section<W>,
    watch: Watch,
    wanted: Wanted,
    /// The stamp of time 0.
    start: u64,
    statistics: Vec<Statistics>,
    /// A packet that has just left, and may be lost at once.
    leaving: Option<(Record, Sight)>,
    written: u64,
    bytes: Vec<u8>,
}

impl<W: Write> Recorder<W> {
    pub(super) fn begin(network: &Network, plan: &Plan, wanted: &Wanted, out: W) -> io::Result<Recorder<W>> {
        let end = network_at(network.clone(), plan, plan.duration);
        let interfaces = Interfaces::of(network, &end, &wanted.points);
        let (start, offset) = anchor(plan);
        let comment = format!("{}, seed {}", plan.name, plan.seed);
        let mut section = Section::begin(out, APPLICATION, &comment, (wanted.snap.unwrap_or(0), offset))?;
        for interface in &interfaces.all {
            section.interface(interface)?;
        }
        let names = names(&end);
        section.names(names.iter().map(|(address, names)| (*address, names.as_slice())))?;
        Ok(Recorder {
            section,
            statistics: vec![Statistics::default(); interfaces.all.len()],
            watch: Watch {
                network: end,
                senders: if interfaces.asks_for_senders() { senders(plan) } else { Vec::new() },
                interfaces,
            },
            wanted: wanted.clone(),
            start,
            leaving: None,
            written: 0,
            bytes: Vec::new(),
        })
    }

    pub(super) fn interest(&self) -> Interest {
        self.watch.interfaces.interest(&self.watch.network)
    }

    /// Writes what is seen of these steps: at each instant first what came, then what was sent because of it.
    pub(super) fn take(&mut self, records: &[Record]) -> io::Result<()> {
        for instant in records.chunk_by(|one, next| one.time == next.time) {
            for turn in Turn::ALL {
                instant.iter().filter(|record| Turn::of(record) == turn).try_for_each(|record| self.look(record))?;
            }
        }
        Ok(())
    }

    fn look(&mut self, record: &Record) -> io::Result<()> {
        let Some(sight) = self.watch.see(record) else { return Ok(()) };
        if let Some((left, sight)) = self.leaving.take()
            && !is_lost(&left, record)
        {
            self.write(&left, sight)?;
        }
        if record.step == Step::Departed {
            self.leaving = Some((record.clone(), sight));
            return Ok(());
        }
        self.write(record, sight)
    }

    /// Writes the statistics, and returns the writer and how many packets were wanted but for their number.
    pub(super) fn end(mut self, interrupted: Option<SimTime>, end: SimTime) -> io::Result<(W, u64)> {
        if let Some((left, sight)) = self.leaving.take() {
            self.write(&left, sight)?;
        }
        let comment = interrupted.map(|at| format!("PARTIAL: interrupted at {at}"));
        let stamps = (self.start, self.start + end.as_nanos());
        for (interface, statistics) in self.statistics.iter().enumerate() {
            self.section.statistics(interface as u32, stamps, statistics, comment.as_deref())?;
        }
        let left_out = self.statistics.iter().map(|one| one.accepted - one.written).sum();
        Ok((self.section.finish()?, left_out))
    }

    fn write(&mut self, record: &Record, Sight { interface, way, verdict }: Sight) -> io::Result<()> {
        let statistics = &mut self.statistics[interface as usize];
        statistics.received += 1;
        statistics.dropped += u64::from(verdict.is_some_and(|verdict| verdict.is_err()));
        if self.wanted.only.is_some_and(|only| !verdict.is_some_and(|verdict| only.is(verdict))) {
            return Ok(());
        }
        statistics.accepted += 1;
        if self.wanted.first.is_some_and(|first| self.written >= first) {
            return Ok(());
        }
        statistics.written += 1;
        self.written += 1;
        self.bytes.clear();
        record.bytes(self.wanted.snap.map_or(usize::MAX, |snap| snap as usize), &mut self.bytes);
        let comment = verdict.and_then(Verdict::err).map(|reason| format!("{}: {}", reason.code(), reason.sentence()));
        self.section.packet(&Seen {
            interface,
            stamp: self.start + record.time.as_nanos(),
            id: id(record),
            way,
            bytes: &self.bytes,
            length: record.wire_length.into(),
            verdict: verdict.map(|verdict| verdict.map_or_else(|reason| reason.code(), |_| DELIVERED)),
            comment: comment.as_deref(),
        })
    }
}

/// The order of steps of one instant: hosts and routers react at once, and what they react to comes first. The engine's
/// order is another: that of senders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// What was sent before.
    Came,
    /// What hosts send now.
    Sent,
    /// What routers send because of that.
    Reported,
}

impl Turn {
    const ALL: [Turn; 3] = [Turn::Came, Turn::Sent, Turn::Reported];

    fn of(record: &Record) -> Turn {
        match record.emitted < record.time {
            true => Turn::Came,
            false if record.kind.is_error() => Turn::Reported,
            false => Turn::Sent,
        }
    }
}

/// Whether `record` says that the packet that `left` was lost at the same instant.
fn is_lost(left: &Record, record: &Record) -> bool {
    let of = |record: &Record| (record.time, record.id, record.kind, record.place);
    matches!(record.place, Place::Link(_)) && record.verdict().is_some() && of(left) == of(record)
}

/// The same for all steps of a packet, another for every other packet: its sender, its kind, its number there.
fn id(record: &Record) -> u64 {
    let kind: u64 = match record.kind {
        PacketKind::Original => 0,
        PacketKind::Reply => 1,
        PacketKind::ErrorAboutOriginal => 2,
        PacketKind::ErrorAboutReply => 3,
        PacketKind::Segment => 4,
    };
    let sequence = record.id.sequence() & ((1 << SEQUENCE_BITS) - 1);
    u64::from(record.id.source().0) << (SEQUENCE_BITS + 3) | kind << SEQUENCE_BITS | sequence
}

/// The stamp of time 0, and the seconds that are added to all stamps: none unless they would not fit.
fn anchor(plan: &Plan) -> (u64, i64) {
    let nanos = plan.start.timestamp().as_nanosecond();
    match u64::try_from(nanos).ok().filter(|start| start.checked_add(plan.duration.as_nanos()).is_some()) {
        Some(start) => (start, 0),
        None => (plan.start.timestamp().subsec_nanosecond().unsigned_abs().into(), plan.start.timestamp().as_second()),
    }
}

/// The hosts by address: the same one may be used in several VPCs.
fn names(network: &Network) -> BTreeMap<Ipv4Addr, Vec<String>> {
    let mut names: BTreeMap<Ipv4Addr, Vec<String>> = BTreeMap::new();
    for (id, host) in network.hosts() {
        names.entry(host.address).or_default().push(network.host_name(id));
    }
    names
}
