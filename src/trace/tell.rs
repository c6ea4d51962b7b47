//! Turns the steps of a packet, as the engine told them, into its story: adds what the routers looked up, what changed
//! the link under it, names, and the neighbours.

use super::chart::{Chart, Sheet};
use super::follow::Seen;
use super::header::{edits, header};
use super::neighbours::{Neighbour, Neighbours};
use super::packets;
use super::pass::Played;
use super::reply;
use super::senders::Senders;
use super::story::{Entry, Event, Kind, Moment, Queue, Queued, Story, Then, Way};
use crate::dataplane::packet::{Packet, PacketKind};
use crate::dataplane::router::Sender;
use crate::engine::{Place, Record, Step};
use crate::model::{DropReason, LinkId};
use crate::units::{ByteSize, SimTime};
use crate::wire::ipv4::HEAD;

/// What stories are told from.
pub(super) struct Teller<'a> {
    pub chart: Chart<'a>,
    pub senders: &'a Senders,
    pub neighbours: &'a Neighbours,
    pub played: &'a Played,
}

/// The steps of each packet that was seen: first the one whose name was followed, then the others as they were sent.
pub(super) fn ways(seen: &Seen) -> Vec<Vec<Record>> {
    let mut ways: Vec<Vec<Record>> = Vec::new();
    for record in seen.own.iter().chain(&seen.acknowledgment) {
        match ways.iter_mut().find(|way| way[0].id == record.id && way[0].kind == record.kind) {
            Some(way) => way.push(record.clone()),
            None => ways.push(vec![record.clone()]),
        }
    }
    ways.sort_by_key(|way| (way[0].id != seen.own[0].id || !way[0].kind.is_of_source(), way[0].time));
    ways
}

impl Teller<'_> {
    /// The story of a packet that was sent; `found` is what of its name was looked for, if anything was.
    pub(super) fn story(&self, seen: &Seen, ways: &[Vec<Record>], found: Option<PacketKind>) -> Story {
        let is_found = |way: &Vec<Record>| Some(way[0].kind) == found && way[0].id == ways[0][0].id;
        Story {
            name: self.senders.name(ways[0][0].id),
            found: ways.iter().position(is_found).unwrap_or(0),
            no_reply: reply::why_none(seen, self.chart.rules()).filter(|_| self.played.interrupted.is_none()),
            ways: ways.iter().map(|way| self.way(way)).collect(),
            interrupted: self.played.interrupted,
        }
    }

    fn way(&self, records: &[Record]) -> Way {
        let first = &records[0];
        let sheet = self.chart.at(first.time);
        let sender = sender(&sheet, self.senders, first);
        let mut steps = vec![Moment {
            time: first.time,
            place: sheet.place(first.place),
            event: Event::Emitted { sender: sender_name(&sheet, sender) },
            edits: Vec::new(),
        }];
        steps.extend(sender.and_then(|sender| routed(&sheet, sender, first)));
        let mut head = first.head;
        for (at, record) in records.iter().enumerate().skip(1) {
            self.changed(&records[..at], record, &mut steps);
            let sheet = self.chart.at(record.time);
            let now = head_at(&sheet, &records[..at], record);
            steps.push(Moment {
                time: record.time,
                place: sheet.place(record.place),
                event: self.event(records, at, &sheet),
                edits: edits(&head, &now),
            });
            head = now;
        }
        let packet = Packet::of(first.head, first.wire_length);
        Way {
            name: self.senders.name(first.id),
            kind: kind(first.kind),
            what: packets::what(first),
            bytes: first.wire_length,
            sender: sender_name(&sheet, sender),
            source: packet.source(),
            destination: packet.destination(),
            emitted: first.time,
            ended: records.iter().find(|record| record.verdict().is_some()).map(|record| record.time),
            steps,
            header: header(&first.head, &head, first.wire_length),
            queues: self.queues(records),
        }
    }

    /// What changed the link under a packet between two of its steps there.
    fn changed(&self, before: &[Record], record: &Record, steps: &mut Vec<Moment>) {
        let Some(last) = before.last() else { return };
        let Place::Link(link) = last.place else { return };
        let is_on_wire = last.step == Step::Departed;
        let mut at = last.time;
        let within = |(time, _): &&(SimTime, String)| last.time < *time && *time <= record.time;
        let within: Vec<&(SimTime, String)> = self.played.changes.iter().filter(within).collect();
        for (time, _) in &within {
            if *time == at || !self.chart.changes(link, *time) {
                continue;
            }
            at = *time;
            let sheet = self.chart.at(at);
            let name = sheet.network.peering(link.peering()).name.as_str();
            let of_instant = || within.iter().filter(|(time, _)| *time == at).map(|(_, change)| change);
            let named: Vec<&String> = of_instant().filter(|change| names(change, name)).collect();
            let told = if named.is_empty() { of_instant().collect() } else { named };
            steps.extend(told.into_iter().map(|change| Moment {
                time: at,
                place: sheet.place(last.place),
                event: Event::Changed { change: change.clone(), is_on_wire },
                edits: Vec::new(),
            }));
        }
    }

    fn event(&self, records: &[Record], at: usize, sheet: &Sheet) -> Event {
        let record = &records[at];
        let since = |step: fn(&Step) -> bool| {
            let earlier = records[..at].iter().rev().find(|earlier| step(&earlier.step));
            record.time.since(earlier.map_or(record.time, |earlier| earlier.time))
        };
        match record.step {
            Step::Emitted => Event::Emitted { sender: String::new() },
            Step::Offered { waiting, packets, tokens } => offered(records, at, (waiting, packets), tokens),
            Step::Departed => Event::Departed { waited: since(|step| matches!(step, Step::Offered { .. })) },
            Step::Arrived => Event::Arrived { delay: since(|step| *step == Step::Departed) },
            Step::Ended(Ok(host)) => Event::Delivered {
                host: sheet.network.host_name(host),
                is_meant: self.senders.is_meant_for(record, host),
            },
            Step::Ended(Err(reason)) => Event::Dropped { reason: reason.code(), sentence: reason.sentence() },
        }
    }

    /// The neighbours at each bucket.
    fn queues(&self, records: &[Record]) -> Vec<Queue> {
        let at_buckets = records.iter().filter_map(|record| met_bucket(record).map(|link| (link, record)));
        let queue = |(link, record): (LinkId, &Record)| {
            let (ahead, behind) = self.neighbours.sides((link, record.id, record.kind));
            let left = records.iter().find_map(|later| match later.step {
                Step::Departed => Some((later.time, Ok(()))),
                Step::Ended(Err(reason)) => Some((later.time, Err(reason))),
                _ => None,
            });
            let Record { id, kind, wire_length: length, time: offered, .. } = *record;
            let itself = self.queued(&Neighbour { id, kind, length, offered, left }, true);
            let near =
                |side: Vec<Neighbour>| side.into_iter().map(|near| self.queued(&near, false)).collect::<Vec<_>>();
            let packets = [near(ahead), vec![itself], near(behind)].concat();
            Queue { link: self.chart.at(record.time).place(record.place), packets }
        };
        at_buckets.map(queue).collect()
    }

    fn queued(&self, near: &Neighbour, is_it: bool) -> Queued {
        let (departed, dropped, reason) = match near.left {
            Some((time, Ok(()))) => (Some(time), None, None),
            Some((time, Err(reason))) => (None, Some(time), Some(reason.code())),
            None => (None, None, None),
        };
        let (name, kind) = (self.senders.name(near.id), kind(near.kind));
        Queued { name, kind, is_it, bytes: near.length, offered: near.offered, departed, dropped, reason }
    }
}

fn kind(kind: PacketKind) -> Kind {
    match kind {
        PacketKind::Original | PacketKind::Segment => Kind::Packet,
        PacketKind::Reply => Kind::Reply,
        PacketKind::ErrorAboutOriginal => Kind::Error,
        PacketKind::ErrorAboutReply => Kind::ErrorAboutReply,
    }
}

/// The link whose bucket a packet met at this step, if it did.
pub(super) fn met_bucket(record: &Record) -> Option<LinkId> {
    match (record.step, record.place) {
        (Step::Offered { tokens: Some(_), .. }, Place::Link(link)) => Some(link),
        _ => None,
    }
}

/// Who handed a packet to its first router.
fn sender(sheet: &Sheet, senders: &Senders, first: &Record) -> Option<Sender> {
    let Place::Vpc(vpc) = first.place else { return None };
    let source = Packet::of(first.head, first.wire_length).source();
    match first.kind {
        PacketKind::Original | PacketKind::Segment => senders.host(first.id).map(Sender::Host),
        PacketKind::Reply => sheet.network.host_at(vpc, source).map(Sender::Host),
        PacketKind::ErrorAboutOriginal | PacketKind::ErrorAboutReply => {
            sheet.network.subnet_at(vpc, source).map(Sender::Router)
        }
    }
}

fn sender_name(sheet: &Sheet, sender: Option<Sender>) -> String {
    match sender {
        Some(Sender::Host(host)) => sheet.network.host_name(host),
        Some(Sender::Router(subnet)) => format!("the router of {}", sheet.subnet_name(subnet)),
        None => "somebody".to_owned(),
    }
}

/// The look-up in the sender's subnet, unless the packet was dropped before.
fn routed(sheet: &Sheet, sender: Sender, first: &Record) -> Option<Moment> {
    let path = sheet.path(sender, first);
    if path.matched.is_none() && !path.leave.err().is_some_and(DropReason::is_routing) {
        return None;
    }
    let network = &sheet.network;
    let subnet = match sender {
        Sender::Host(host) => network.host(host).subnet,
        Sender::Router(subnet) => subnet,
    };
    let table = network.subnet(subnet).table;
    let entry = path
        .matched
        .map(|matched| Entry { prefix: matched.prefix.to_string(), next_hop: sheet.next_hop(matched.table, first) });
    let lost = sheet.losers(table, first);
    let (subnet, table) = (sheet.subnet_name(subnet), network.table_name(table));
    let event = Event::Routed { subnet, table, entry, lost };
    Some(Moment { time: first.time, place: sheet.place(first.place), event, edits: Vec::new() })
}

/// The head at a step. The router at the far end of a link may change it before it ends, which the engine's steps do
/// not show.
fn head_at(sheet: &Sheet, before: &[Record], record: &Record) -> [u8; HEAD] {
    match before.last() {
        Some(Record { step: Step::Arrived, place: Place::Link(link), .. }) => {
            sheet.entered(*link, &before[before.len() - 1]).head
        }
        _ => record.head,
    }
}

/// What a packet met at a link.
fn offered(records: &[Record], at: usize, (bytes, packets): (ByteSize, u64), tokens: Option<ByteSize>) -> Event {
    let record = &records[at];
    let then = match records.get(at + 1) {
        Some(next) if next.time == record.time && next.step == Step::Departed => Then::Departs,
        // A change of this instant came before it.
        Some(next) if next.time == record.time => Then::Refused,
        _ => Then::Waits,
    };
    let own = if then == Then::Waits && packets > 0 { (u64::from(record.wire_length), 1) } else { (0, 0) };
    let ahead_bytes = ByteSize::from_bytes(bytes.as_u64().saturating_sub(own.0));
    Event::Offered { tokens, ahead: packets - own.1, ahead_bytes, then }
}

/// Whether a change names a thing: among its words, without what surrounds them.
fn names(change: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    change.split(|c: char| !is_part(c)).any(|word| word == name)
}
