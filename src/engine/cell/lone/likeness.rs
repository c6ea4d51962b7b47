//! What a lone connection is like at an instant: everything that decides what comes next, both ends, both links, and
//! what is under way. What was counted so far is no part of it.

use super::super::super::arrival::Arrival;
use super::super::super::segment::SegmentArrival;
use super::super::connections::{Further, Live};
use super::super::events::Events;
use super::{Pair, Part, Places};
use crate::dataplane::packet::{Packet, TailId, Tails, Told};
use crate::dataplane::shaper::Backlog;
use crate::tcp::Ahead;
use crate::units::{SimDuration, SimTime};

/// A lone connection at an instant.
pub(in crate::engine) struct Likeness {
    at: SimTime,
    sides: [Side; 2],
}

/// One end with the link that leads from it, and what arrives at it.
struct Side {
    live: Live,
    /// How many packets its end sent, and its link handed over.
    sent: u64,
    mailed: u64,
    since_loss: u64,
    backlog: Option<Backlog>,
    packets: Vec<(Arrival, Option<Told>)>,
    segments: Vec<SegmentArrival>,
}

/// What lies between two instants at which a connection is alike.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Turn {
    pub ahead: Ahead,
    /// How many packets each end sent.
    packets: [u64; 2],
    /// Whether what limits each end changed.
    turns: [bool; 2],
}

impl Turn {
    /// How much further what arrives at each side is after so many turns: acknowledgments at the side that opens, data
    /// at the other.
    fn further(&self, times: u64) -> [Further; 2] {
        let Ahead { time, bytes } = self.ahead.times(times);
        let [near, far] = self.packets.map(|packets| packets * times);
        [
            Further { time, packets: far, sequence: 0, acknowledged: bytes, caused: time },
            Further { time, packets: near, sequence: bytes, ..Further::default() },
        ]
    }
}

impl Likeness {
    /// How long before and after its instant what is under way was sent, and leaves or arrives at the latest.
    pub(in crate::engine) fn reach(&self) -> (SimDuration, SimDuration) {
        let (mut first, mut last) = (self.at, self.at);
        for Side { packets, segments, backlog, .. } in &self.sides {
            for (arrival, _) in packets {
                (first, last) = (first.min(arrival.packet.emitted), last.max(arrival.time));
            }
            for segment in segments {
                let second = Some(segment.second).filter(|second| *second < SimTime::NEVER);
                (first, last) = (first.min(segment.emitted), last.max(segment.time).max(second.unwrap_or_default()));
            }
            let departure = backlog.as_ref().and_then(Backlog::last);
            last = last.max(departure.unwrap_or_default());
        }
        (self.at.since(first), last.since(self.at))
    }
}

impl Pair<'_> {
    /// What the connection is like `now`.
    pub(in crate::engine) fn likeness(&mut self, now: SimTime, places: Places) -> Option<Likeness> {
        Some(Likeness { at: now, sides: [self.side(0, now, places)?, self.side(1, now, places)?] })
    }

    fn side(&mut self, at: usize, now: SimTime, places: Places) -> Option<Side> {
        let Events { arrivals, segments, tails, .. } = &self.cells[at].contents.events;
        let packets = arrivals.iter().map(|arrival| untailed(arrival, tails)).collect();
        let segments = segments.iter().cloned().collect();
        let Part { end, live, lane } = self.part(at, places)?;
        Some(Side {
            live: live.clone(),
            sent: end.sent(),
            mailed: lane.mailed,
            since_loss: lane.link.since_loss(),
            backlog: lane.link.shaper().map(|shaper| shaper.backlog(now, u64::MAX)),
            packets,
            segments,
        })
    }

    /// What lies between, if the connection is `now` as it was before: then it does the same again.
    pub(in crate::engine) fn recurs(&mut self, before: &Likeness, now: SimTime, places: Places) -> Option<Turn> {
        let span = now.since(before.at);
        let sender = |live: &Live| live.connection.sender().acknowledged();
        let bytes = sender(self.part(0, places)?.live).checked_sub(sender(&before.sides[0].live))?;
        let ahead = Ahead { time: span, bytes };
        let mut turn = Turn { ahead, packets: [0; 2], turns: [false; 2] };
        for (at, side) in before.sides.iter().enumerate() {
            let Part { end, live, lane } = self.part(at, places)?;
            if !live.recurs(&side.live, ahead) || lane.link.since_loss() != side.since_loss {
                return None;
            }
            let is_alike = match (lane.link.shaper(), &side.backlog) {
                (Some(shaper), Some(backlog)) => {
                    let again = shaper.recurs(now, backlog, span, 1);
                    again.times > 0 && again.departed.is_none()
                }
                (shaper, backlog) => shaper.is_none() && backlog.is_none(),
            };
            if !is_alike {
                return None;
            }
            turn.turns[at] = live.has_turned(&side.live, ahead);
            turn.packets[at] = end.sent().checked_sub(side.sent)?;
        }
        for (at, further) in turn.further(1).iter().enumerate() {
            // What arrives at one side was handed over at the other.
            let mailed = self.part(1 - at, places)?.lane.mailed.checked_sub(before.sides[1 - at].mailed)?;
            if !self.arrives_again(at, &before.sides[at], (further, mailed)) {
                return None;
            }
        }
        Some(turn)
    }

    /// Whether what is under way to a side is what was, only further.
    fn arrives_again(&self, at: usize, before: &Side, (by, mailed): (&Further, u64)) -> bool {
        let Events { arrivals, segments, tails, .. } = &self.cells[at].contents.events;
        if (arrivals.len(), segments.len()) != (before.packets.len(), before.segments.len()) {
            return false;
        }
        let is_packet = |(then, now): (&(Arrival, Option<Told>), &Arrival)| {
            let ((mut then, mut told), (now, told_now)) = (then.clone(), untailed(now, tails));
            move_packet(&mut then, told.as_mut(), by);
            let is_same = (then.time, then.link, then.sequence + mailed) == (now.time, now.link, now.sequence);
            is_same && then.packet == now.packet && told == told_now && then.judged == now.judged
        };
        let is_segment = |(then, now): (&SegmentArrival, &SegmentArrival)| {
            let mut then = then.clone();
            move_segment(&mut then, by);
            then.sequence += mailed;
            then == *now
        };
        before.packets.iter().zip(arrivals.iter()).all(is_packet)
            && before.segments.iter().zip(segments.iter()).all(is_segment)
    }

    /// Goes so many turns ahead.
    pub(in crate::engine) fn go_ahead(&mut self, turn: &Turn, times: u64, places: Places) {
        let ahead = turn.ahead.times(times);
        for (at, by) in turn.further(times).iter().enumerate() {
            if let Some(Part { end, live, lane }) = self.part(at, places) {
                live.go_ahead(turn.turns[at], ahead);
                end.skip(turn.packets[at] * times);
                if let Some(shaper) = lane.link.shaper() {
                    shaper.repeat(times, turn.ahead.time, None);
                }
            }
            let contents = &mut self.cells[at].contents;
            let Events { arrivals, segments, tails, wakes, .. } = &mut contents.events;
            arrivals.change(|arrival| {
                let tail = arrival.packet.tail;
                move_packet(arrival, tails.told_mut(tail), by);
            });
            segments.change(|segment| move_segment(segment, by));
            contents.connections.schedule_all(wakes);
        }
    }

    /// How often this turn may be taken with what there is left to send.
    pub(in crate::engine) fn supply_for(&mut self, turn: &Turn, most: u64) -> u64 {
        let Some((_, live, _)) = self.cells[0].contents.connections.only() else { return 0 };
        live.connection.sender().turns_of(turn.ahead.bytes).min(most)
    }
}

/// An arrival apart from the table that holds what it tells.
fn untailed(arrival: &Arrival, tails: &Tails) -> (Arrival, Option<Told>) {
    let packet = Packet { tail: TailId::NONE, ..arrival.packet.clone() };
    (Arrival { packet, ..arrival.clone() }, tails.told(arrival.packet.tail))
}

fn move_packet(arrival: &mut Arrival, told: Option<&mut Told>, by: &Further) {
    arrival.time += by.time;
    by.packet(&mut arrival.packet);
    if let Some(told) = told {
        by.cause(&mut told.caused);
    }
}

fn move_segment(segment: &mut SegmentArrival, by: &Further) {
    segment.time += by.time;
    (segment.second, segment.emitted) = (segment.second + by.time, segment.emitted + by.time);
    segment.plain.sequence += by.sequence;
    segment.plain.acknowledged += by.acknowledged;
    by.cause(&mut segment.plain.caused);
}
