//! One sender of the plan: its schedule says when a packet is sent, its template what it looks like; this file combines
//! the two. `stretch.rs` counts stretches.
//!
//! A packet is a function of its sequence and instant: equal ones can be counted and skipped without being made
//! ([`Flow::count_before`], [`Flow::skip`]), and made later if they are needed ([`Flow::packet_of`]).

use super::super::endpoint::Sends;
use super::super::sites::Example;
use super::form::{Form, Turn};
use super::patterns::{self, Schedule};
use super::template::{Forms, Replies, Template};
use super::timing::{Start, Timing};
use crate::dataplane::packet::{Packet, PacketKind, SourceId, Tails};
use crate::dataplane::router::{self, Path, Sender, View};
use crate::model::plan::Traffic;
use crate::model::{HostId, TrafficId};
use crate::units::{BitRate, SimDuration, SimTime};
use crate::wire::ipv4::{Addressing, HEAD};

/// One sender of the plan.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Flow {
    pub source: SourceId,
    pub host: HostId,
    pub traffic: TrafficId,
    pub(super) next: SimTime,
    /// No packet is sent at or after this.
    pub(super) stop: SimTime,
    /// The form of the next packet.
    upcoming: u32,
    pub(super) sequence: u64,
    /// The most packets it sends.
    pub(super) count: u64,
    pub(super) schedule: Schedule,
    pub(super) template: Template,
}

/// The most packets drawn at once: enough that drawing one does not wait for another, few enough to stay in cache.
pub(in crate::engine) const BATCH: usize = 64;

/// The packets of a flow made last, where every packet is wanted: each is stored here in full while it is carried.
pub(in crate::engine) type Batch = [Packet; BATCH];

/// A batch to make packets in.
pub(in crate::engine) fn batch() -> Box<Batch> {
    Box::new(std::array::from_fn(|_| Packet::of([0; HEAD], 0)))
}

/// A flow's identity and addressing.
pub(in crate::engine) struct Seat {
    pub source: SourceId,
    pub traffic: TrafficId,
    pub number: u32,
    pub host: HostId,
    pub addressing: Addressing,
}

impl Flow {
    /// The flow of `entry` in `seat`.
    pub(in crate::engine) fn new(entry: &Traffic, seat: Seat, seed: u64) -> Option<Flow> {
        let start = Start { entry, number: seat.number, seed };
        let (schedule, content) = patterns::begin(&entry.pattern, &start)?;
        let mut flow = Flow {
            source: seat.source,
            host: seat.host,
            traffic: seat.traffic,
            next: SimTime::ZERO,
            stop: entry.stop,
            upcoming: 0,
            sequence: 0,
            count: entry.count.unwrap_or(u64::MAX),
            schedule,
            template: Template::new(content, seat.addressing, &start),
        };
        flow.aim();
        flow.stop_with_the_last();
        Some(flow)
    }

    /// Stops the flow after its last packet if that instant is known: its rate ends there, and one comparison per
    /// packet suffices.
    fn stop_with_the_last(&mut self) {
        if self.count < u64::MAX && self.is_countable() {
            let mut last = self.clone();
            last.skip(self.count.saturating_sub(1));
            self.stop = self.stop.min(last.next + SimDuration::from_nanos(1));
        }
    }

    /// When it next sends; [`SimTime::NEVER`] when it is done.
    #[inline]
    pub(in crate::engine) fn next_wake(&self) -> SimTime {
        self.next
    }

    /// The form of the next packet.
    #[inline]
    pub(in crate::engine) fn upcoming(&self) -> usize {
        self.upcoming as usize
    }

    /// Its forms, one per size; none for a replay, whose packets all differ.
    #[inline]
    pub(in crate::engine) fn forms(&self) -> &[Form] {
        self.template.forms.all()
    }

    /// The path of its packets of one form, looked up once per epoch. Not for visible routers: they edit packets.
    #[inline]
    pub(in crate::engine) fn path(&mut self, view: View<'_>, form: usize) -> Path {
        match self.forms()[form].path {
            Some((epoch, path)) if epoch == view.epoch => path,
            _ => self.look_up(view, form),
        }
    }

    fn look_up(&mut self, view: View<'_>, form: usize) -> Path {
        let mut probe = self.packet_of(&Turn { form: form as u32, ..self.turn() });
        let path = router::path(view, Sender::Host(self.host), &mut probe);
        self.template.forms.all_mut()[form].path = Some((view.epoch, path));
        path
    }

    /// The path that was found when the senders of this epoch were gathered.
    pub(in crate::engine) fn known_path(&self, form: usize) -> Path {
        self.forms()[form].path.expect("the senders of this epoch were gathered, with a path for every form").1
    }

    /// An example that stands for all its packets, since all have the same addresses. Not for replays.
    pub(in crate::engine) fn example(&self) -> Example {
        let Addressing { source, destination, .. } = self.template.addressing;
        Example::of_any((self.source, self.kind()), source, destination)
    }

    /// Packets per second, approximately: at its densest, without silences.
    pub(in crate::engine) fn density(&self) -> u64 {
        self.schedule.density(self.template.forms.slot(0))
    }

    /// Whether its packets are answered: then its VPC runs in windows with its peers.
    pub(in crate::engine) fn is_answered(&self) -> bool {
        self.template.is_answered()
    }

    /// Makes the packet that is due at [`Flow::next_wake`] and moves on to the next.
    pub(in crate::engine) fn emit(&mut self, tails: &mut Tails) -> Packet {
        let packet = self.template.packet(self.source, &self.turn(), tails);
        self.step();
        packet
    }

    /// The packet that is due at [`Flow::next_wake`], in full. Not for replays.
    #[inline]
    pub(in crate::engine) fn packet(&self) -> Packet {
        self.packet_of(&self.turn())
    }

    /// The turn of the packet that is due.
    #[inline]
    pub(in crate::engine) fn turn(&self) -> Turn {
        Turn { at: self.next, sequence: self.sequence, form: self.upcoming }
    }

    /// The packet of any turn, in full. Not for replays.
    pub(in crate::engine) fn packet_of(&self, turn: &Turn) -> Packet {
        let mut packet = Packet { kind: self.kind(), ..Packet::of([0; HEAD], 0) };
        self.make(turn, &mut packet);
        packet
    }

    /// Makes the packet of a turn in place of another packet.
    #[inline]
    pub(in crate::engine) fn make(&self, turn: &Turn, packet: &mut Packet) {
        self.template.make(self.source, turn, packet);
    }

    /// Moves on past the packet that is due.
    #[inline]
    pub(in crate::engine) fn step(&mut self) {
        self.sequence += 1;
        // Handled separately, so that the most frequent case stays small.
        if let (Schedule::Constant(constant), Forms::One(form)) = (&mut self.schedule, &self.template.forms) {
            constant.pass(form.slot);
            self.next = before(self.stop, constant.due(self.sequence, form.slot));
        } else {
            self.step_any();
        }
    }

    /// [`Flow::step`] for any schedule and any number of sizes.
    #[inline(never)]
    fn step_any(&mut self) {
        self.schedule.pass(self.template.forms.slot(self.upcoming));
        self.aim();
    }

    /// Draws the packets that are due before `end`, as many as fit into `turns`, and makes them in the batch, if there
    /// is one.
    #[inline]
    pub(in crate::engine) fn draw<'a>(
        &mut self,
        end: SimTime,
        turns: &'a mut [Turn],
        batch: Option<&mut Batch>,
    ) -> &'a [Turn] {
        let drawn = self.draw_turns(end, turns);
        let turns = &turns[..drawn];
        if let Some(batch) = batch {
            turns.iter().zip(batch).for_each(|(turn, packet)| self.make(turn, packet));
        }
        turns
    }

    /// Moves on past the packets that are due before `end`, as many as fit into `turns`; returns how many.
    #[inline(never)]
    fn draw_turns(&mut self, end: SimTime, turns: &mut [Turn]) -> usize {
        let mut drawn = 0;
        if let (Schedule::Constant(constant), Forms::One(form)) = (&mut self.schedule, &self.template.forms) {
            // Copies kept in local variables, not in the flow.
            let (slot, stop, mut at) = (form.slot, self.stop, *constant);
            let (mut next, mut sequence) = (self.next, self.sequence);
            for turn in turns {
                if next >= end {
                    break;
                }
                *turn = Turn { at: next, sequence, form: 0 };
                sequence += 1;
                drawn += 1;
                at.pass(slot);
                next = before(stop, at.due(sequence, slot));
            }
            *constant = at;
            (self.next, self.sequence) = (next, sequence);
            return drawn;
        }
        while self.next < end && drawn < turns.len() {
            turns[drawn] = self.turn();
            self.step();
            drawn += 1;
        }
        drawn
    }

    /// Decides what the next packet is and when it is sent.
    pub(super) fn aim(&mut self) {
        self.upcoming = self.template.forms.draw(self.sequence);
        let due = self.schedule.due(self.sequence, self.template.forms.slot(self.upcoming));
        self.next = if self.sequence < self.count { before(self.stop, due) } else { SimTime::NEVER };
    }
}

/// Echo requests, and the replies to them as a sender of their own: where nothing waits, each goes a fixed time after
/// its request. Whether nothing waits is not known here.
impl Flow {
    /// Whether it sends echo requests of one size, evenly spaced.
    pub(in crate::engine) fn asks_evenly(&self) -> bool {
        self.is_countable() && self.template.asks_for_echoes() && self.replies_after().is_none()
    }

    /// Whether its packets are echo requests or replies to them.
    pub(in crate::engine) fn is_echo(&self) -> bool {
        self.template.asks_for_echoes()
    }

    /// The rate of its requests while it sends, and by how many bytes it may be ahead of that; so with the replies. For
    /// flows that ask evenly only.
    pub(in crate::engine) fn load(&self) -> (BitRate, u64) {
        let rate = self
            .schedule
            .predictable()
            .zip(self.forms().first())
            .map(|(schedule, form)| schedule.rate_at(schedule.first(), form.slot, form.length).0);
        (rate.unwrap_or_default(), self.burst())
    }

    /// The replies that `host` sends to its requests from the next one on, each `delay` after its request. For flows
    /// that ask evenly only.
    pub(in crate::engine) fn replies(&self, host: HostId, delay: SimDuration) -> Flow {
        let mut replies = self.clone();
        (replies.host, replies.stop) = (host, self.stop + delay);
        if let Schedule::Constant(constant) = &mut replies.schedule {
            *constant = constant.delayed(delay);
        }
        replies.template = self.template.replying(Replies { after: delay, first: self.sequence });
        replies.aim();
        replies
    }

    /// How long after its request each of its packets is sent, if they are replies.
    pub(in crate::engine) fn replies_after(&self) -> Option<SimDuration> {
        self.template.replies.map(|replies| replies.after)
    }

    /// The number of its first packet.
    pub(super) fn first(&self) -> u64 {
        self.template.replies.map_or(0, |replies| replies.first)
    }

    /// When what is booked for a packet sent at `sent` counts: a reply counts when its request was sent.
    pub(in crate::engine) fn counts_at(&self, sent: SimTime) -> SimTime {
        sent - self.replies_after().unwrap_or_default()
    }

    /// What its packets are.
    pub(super) fn kind(&self) -> PacketKind {
        if self.replies_after().is_some() { PacketKind::Reply } else { PacketKind::Original }
    }
}

/// The instant, if it is before `stop`; never otherwise.
#[inline]
fn before(stop: SimTime, nanos: u64) -> SimTime {
    let at = SimTime::from_nanos(nanos);
    if at < stop { at } else { SimTime::NEVER }
}

impl Sends for Flow {
    fn next_wake(&self) -> SimTime {
        self.next
    }
    /// A replay's packets all differ, so each is an event.
    fn says_its_future(&self) -> bool {
        !matches!(self.template.forms, Forms::Captured(_))
    }
}
