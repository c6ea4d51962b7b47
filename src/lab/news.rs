//! What was seen while a session played on: the steps of packets, in order, as plain facts. Where there were more
//! packets than somebody can look at, some are left out, whole packets at a time, and it says how many.

use super::sample::Sample;
use crate::dataplane::packet::{PacketId, PacketKind};
use crate::engine::{Place, Record, Step};
use crate::model::{Network, peering_titles};
use crate::trace::Senders;
use crate::units::SimTime;
use crate::wire::tuple::Tuple;
use serde::Serialize;
use std::collections::BTreeSet;

/// The most packets that are told of in one answer.
const PACKETS_MAX: usize = 400;

/// What was seen since the last answer.
#[derive(Debug, Clone, Serialize)]
pub struct News {
    /// From this instant on.
    #[serde(rename = "from_ns")]
    pub from: SimTime,
    /// Up to this one.
    #[serde(rename = "until_ns")]
    pub until: SimTime,
    /// In order of time.
    pub seen: Vec<Seen>,
    /// Packets that took a step and are told of.
    pub packets: usize,
    /// Packets that took a step and are left out.
    pub left_out: usize,
}

/// One step of one packet.
#[derive(Debug, Clone, Serialize)]
pub struct Seen {
    /// When.
    #[serde(rename = "time_ns")]
    pub time: SimTime,
    /// The packet's name: `ping#3`.
    pub packet: String,
    /// `packet`, `reply`, `error`, `segment`.
    pub kind: &'static str,
    /// `emitted`, `offered`, `departed`, `arrived`, `delivered`, `dropped`.
    pub step: &'static str,
    /// The VPC, if it was in one.
    pub vpc: Option<String>,
    /// The peering, if it was on one, and the VPC at its end.
    pub peering: Option<String>,
    pub to: Option<String>,
    /// Its addresses and its length in bytes.
    pub source: String,
    pub destination: String,
    pub bytes: u16,
    /// Why it was dropped: the code and the sentence.
    pub code: Option<&'static str>,
    pub why: Option<&'static str>,
}

/// Tells of records.
pub(super) fn news(network: &Network, senders: &Senders, span: (SimTime, SimTime), records: &[Record]) -> News {
    let (mut sample, teller) = (Sample::of(PACKETS_MAX), Teller::of(network, senders));
    records.iter().for_each(|record| sample.add(record.id, record.kind, || record));
    let all: BTreeSet<(PacketId, PacketKind)> = records.iter().map(|record| (record.id, record.kind)).collect();
    let packets = sample.packets();
    let seen = sample.into_seen().into_iter().map(|(_, record)| teller.tell(record)).collect();
    News { from: span.0, until: span.1, seen, packets, left_out: all.len() - packets }
}

/// Tells of records as plain facts.
pub(super) struct Teller<'a> {
    network: &'a Network,
    senders: &'a Senders,
    titles: Vec<String>,
}

impl<'a> Teller<'a> {
    pub(super) fn of(network: &'a Network, senders: &'a Senders) -> Teller<'a> {
        Teller { network, senders, titles: peering_titles(network) }
    }

    pub(super) fn tell(&self, record: &Record) -> Seen {
        let network = self.network;
        let (vpc, peering, to) = match record.place {
            Place::Vpc(vpc) => (Some(network.vpc(vpc).name.to_string()), None, None),
            Place::Link(link) => {
                let far = network.vpc(network.ends(link).1).name.to_string();
                (None, Some(self.titles[link.peering().index()].clone()), Some(far))
            }
        };
        let dropped = record.verdict().and_then(Result::err);
        let tuple = Tuple::of(&record.head);
        Seen {
            time: record.time,
            packet: self.senders.name(record.id),
            kind: kind(record.kind),
            step: step(record.step),
            vpc,
            peering,
            to,
            source: tuple.source.to_string(),
            destination: tuple.destination.to_string(),
            bytes: record.wire_length,
            code: dropped.map(|reason| reason.code()),
            why: dropped.map(|reason| reason.sentence()),
        }
    }
}

fn kind(kind: PacketKind) -> &'static str {
    match kind {
        PacketKind::Original => "packet",
        PacketKind::Reply => "reply",
        PacketKind::ErrorAboutOriginal | PacketKind::ErrorAboutReply => "error",
        PacketKind::Segment => "segment",
    }
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Emitted => "emitted",
        Step::Offered { .. } => "offered",
        Step::Departed => "departed",
        Step::Arrived => "arrived",
        Step::Ended(Ok(_)) => "delivered",
        Step::Ended(Err(_)) => "dropped",
    }
}
