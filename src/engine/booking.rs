//! Booking: the one place that changes counters. Its methods are named after the events of a packet's journey, take one
//! packet or many equal ones between two boundaries of the books, and write to every book that counts the event: the
//! VPC's, the link's with its windows, minutes and interval rows, and the traffic entry's. Decides nothing and holds no
//! packet.

use super::books::{Counts, LinkBook, LinkCounts, PingCounts, TrafficBook, TrafficBooks, TrafficCounts, VpcBook};
use super::delay::{DelayRun, DelaySpan};
use super::intervals::Intervals;
use super::meter::Meter;
use super::observe::{Place, Record, Step};
use super::options::Effort;
use super::road::Road;
use super::shared::{Scope, SourceInfo};
use super::sites::{Example, Site};
use super::tcp_books::{Compared, Limited, Opener, TcpCounts, opener};
use super::windows::{Edges, Sum};
use crate::dataplane::link::Link;
use crate::dataplane::packet::{Packet, PacketKind, SourceId};
use crate::model::{DropReason, TrafficId, Verdict};
use crate::tcp;
use crate::units::{SimDuration, SimTime};
use crate::wire::icmp::{self, ErrorKind};
use bytes::Bytes;

/// What equal packets, those of one sender and one size, have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Class {
    /// Place of the traffic entry's book.
    pub book: usize,
    pub length: u16,
    /// Why the router lets none of them leave, if that is so.
    pub kept_back: Option<DropReason>,
    /// The verdict on them where they arrive.
    pub verdict: Verdict,
    /// Where they end, if a router drops them.
    pub site: Site,
    /// Whether the host that takes them is the one they are meant for.
    pub is_meant: bool,
    /// Of echo replies: how long after its request each is sent.
    pub replies_after: Option<SimDuration>,
}

impl Class {
    /// When what is booked in the traffic entry's book for a packet sent at `sent` counts: that of a reply counts when
    /// its request was sent.
    fn counts_at(&self, sent: SimTime) -> SimTime {
        sent - self.replies_after.unwrap_or_default()
    }
}

/// The outcome of packets of one class between two boundaries of the books.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub sent: u64,
    /// Refused by the link.
    pub refused: u64,
    pub refused_for: Option<DropReason>,
    pub arrived: u64,
}

/// Instants that represent a whole tally: no boundary of the books lies between such an instant and the packets it
/// represents.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    pub sent: SimTime,
    pub arrived: SimTime,
}

/// The records of one cell: the books of its VPC and of the traffic it brings to an end, how packets were carried, and
/// what observers are to be told.
#[derive(Debug, Default)]
pub(super) struct Booking {
    pub vpc: VpcBook,
    pub traffic: TrafficBooks,
    pub effort: Effort,
    pub records: Vec<Record>,
}

impl Booking {
    /// Notes that `count` packets were carried on this road.
    pub(super) fn carried_by(&mut self, road: Road, count: u64) {
        self.effort.add(road, count);
    }

    /// Records a step of a packet that has no tail for the observers, if it is of interest.
    pub(super) fn tell(&mut self, scope: Scope<'_>, time: SimTime, packet: &Packet, place: Place, step: Step) {
        self.tell_of(scope, time, (packet, None), place, step);
    }

    /// The same for any packet, with its bytes after the head that are not synthetic.
    pub(super) fn tell_of(
        &mut self,
        scope: Scope<'_>,
        time: SimTime,
        (packet, tail): (&Packet, Option<&Bytes>),
        place: Place,
        step: Step,
    ) {
        if scope.shared.is_of_interest(place, step, packet) {
            self.records.push(Record::of(time, packet, tail.cloned(), place, step));
        }
    }

    /// Books packets emitted in this VPC.
    pub(super) fn emitted(&mut self, count: u64) {
        self.vpc.emitted += count;
    }

    /// Books packets of a traffic entry sent at `time`.
    pub(super) fn sent(&mut self, entry: TrafficId, edges: &[Edges], time: SimTime, counts: Counts) {
        self.traffic.of(entry, edges).each(time, |c| c.sent.add(counts));
    }

    /// Books something about connections that happened at `now`, in the entry's book at `entry`.
    #[inline]
    pub(super) fn tcp(&mut self, entry: usize, now: SimTime, told: Tcp) {
        self.traffic.at(entry).each(now, |c| c.tcp.add(now, told));
    }

    /// Books what a segment or a timer changed in a connection: see [`Moved`].
    #[inline(always)] // As `payload_heard`.
    pub(super) fn moved(&mut self, entry: usize, now: SimTime, moved: Moved) {
        self.traffic.at(entry).moved(now, moved);
    }

    /// Books segments that an end sent `now`, in the entry's book at `entry` if they go the way that is counted.
    #[inline]
    pub(super) fn segments_sent(&mut self, entry: Option<usize>, now: SimTime, counts: Counts) {
        self.emitted(counts.packets);
        self.carried_by(Road::Events, counts.packets);
        if let Some(entry) = entry {
            self.traffic.at(entry).each(now, |c| c.sent.add(counts));
        }
    }

    /// The same for one that its end hears at `time`.
    #[inline(always)] // As `payload_heard`.
    pub(super) fn segment_heard(&mut self, entry: Option<usize>, time: SimTime, emitted: SimTime, length: u16) {
        self.vpc.delivered += 1;
        if let Some(entry) = entry {
            self.traffic.at(entry).segment_heard(time, emitted, length);
        }
    }

    /// The same for one with data, whose payload comes in order, in the entry's book at `entry`: there, what
    /// connections do is booked in any case.
    #[inline(always)] // Called for every segment with data.
    pub(super) fn payload_heard(
        &mut self,
        (entry, is_counted): (usize, bool),
        time: SimTime,
        emitted: SimTime,
        (length, payload): (u16, u32),
    ) {
        self.vpc.delivered += 1;
        let (book, moved) = (self.traffic.at(entry), Moved { taken: payload.into(), ..Moved::default() });
        if is_counted {
            book.segment_heard(time, emitted, length);
        }
        book.moved(time, moved);
    }

    /// Books packets that ended in this VPC.
    pub(super) fn ended(&mut self, verdict: Verdict, count: u64, site: impl FnOnce() -> Site) {
        self.vpc.ended(verdict, count, site);
    }

    /// Books equal packets dropped on a link, sent at `sent` or later but before the next boundary.
    pub(super) fn dropped(&mut self, entry: usize, sent: SimTime, reason: DropReason, counts: Counts) {
        self.traffic.at(entry).each(sent, |c| c.drops.add(reason, counts.packets));
    }

    /// Books the outcome of packets of one class over `link`, or inside the VPC.
    pub(super) fn came_of(&mut self, class: &Class, tally: Tally, when: When, link: Option<&mut LinkBooking>) {
        let Tally { sent, refused, refused_for, arrived } = tally;
        let (sent_counts, arrived_counts) = (Counts::of(sent, class.length), Counts::of(arrived, class.length));
        self.vpc.emitted += sent;
        let dropped = match class.kept_back {
            Some(reason) => {
                self.vpc.drops.add(reason, sent, class.site);
                Some((reason, sent))
            }
            None => refused_for.map(|reason| (reason, refused)),
        };
        match link {
            Some(link) => link.came_of(class, tally, when),
            None if arrived > 0 => self.vpc.ended(class.verdict, arrived, || class.site),
            None => {}
        }
        self.traffic.at(class.book).each(class.counts_at(when.sent), |c| match class.replies_after {
            None => {
                c.sent.add(sent_counts);
                if let Some((reason, count)) = dropped {
                    c.drops.add(reason, count);
                }
                c.original_ended(class.is_meant, class.verdict, arrived_counts);
            }
            Some(_) => {
                if let Some((reason, count)) = dropped {
                    c.ping.drops.add(reason, count);
                }
                c.ping.reply_ended(class.is_meant, class.verdict, arrived);
            }
        });
    }

    /// Books `delay` for each of `count` arrived packets of a class.
    pub(super) fn delayed(&mut self, class: &Class, sent: SimTime, delay: SimDuration, count: u64) {
        if class.is_meant {
            self.traffic.at(class.book).each(class.counts_at(sent), |c| match class.replies_after {
                None => c.delay.record(delay, count),
                Some(after) => c.ping.round_trip.record(after + delay, count),
            });
        }
    }

    /// Books delays that were counted in the loop: on the link, and in the entry's book at `entry` if there is one.
    pub(super) fn delays(&mut self, entry: Option<usize>, when: When, link: &mut LinkBooking, delays: CountedDelays) {
        link.book.each(when.arrived, |c| delays.record(&mut c.delay));
        if let Some(entry) = entry {
            self.traffic.at(entry).each(when.sent, |c| delays.record(&mut c.delay));
        }
    }

    /// Books the end of a packet of a traffic entry: an original and its reply by when the original was sent, an ICMP
    /// error by when the router sent it.
    pub(super) fn packet_ended(&mut self, scope: Scope<'_>, time: SimTime, packet: &Packet, verdict: Verdict) {
        let source = scope.shared.sources.get(packet.id.source().0 as usize);
        let Some((source, entry)) = source.and_then(|s| Some((s, s.traffic?))) else { return };
        let book = self.traffic.of(entry, &scope.shared.edges);
        match packet.kind {
            PacketKind::Segment => segment_ended(book, source, time, packet, verdict),
            PacketKind::Original => original_ended(book, source, time, packet, verdict),
            PacketKind::Reply => {
                let asked = asked(source, packet);
                book.each(asked.unwrap_or(packet.emitted), |c| reply_ended(c, source, asked, time, verdict));
            }
            PacketKind::ErrorAboutOriginal if verdict == Ok(source.from) => {
                let Some(kind) = ErrorKind::of(&packet.head) else { return };
                let key = (kind, packet.source());
                book.each(packet.emitted, |c| *c.icmp_errors.entry(key).or_default() += 1);
            }
            PacketKind::ErrorAboutOriginal | PacketKind::ErrorAboutReply => {}
        }
    }
}

/// What a segment or a timer changed in a connection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moved {
    /// Bytes of payload that arrived in order for the first time.
    pub taken: u64,
    /// The round trip that an acknowledgment closed, if it did.
    pub round_trip: SimDuration,
    /// Segments sent again, and timers that ran out.
    pub resent: tcp::Counts,
}

/// What happened to a connection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tcp {
    Opened,
    /// Of a connection that is compared with others.
    Compared(Opener, Compared),
    /// Everything arrived, so long after the first SYN.
    Completed(SimDuration),
    /// That of the end with this source was given up.
    GaveUp(SourceId),
    /// It could not open: all ports are in use.
    NoPort,
    /// This limited it for so long.
    Limited(Limited, SimDuration),
    /// It ended with this congestion window, in bytes.
    Closed {
        window: u64,
    },
}

impl TrafficBook {
    /// Books sums of what was booked before, at `time`.
    pub(super) fn came_again(&mut self, time: SimTime, counts: &TrafficCounts) {
        self.each(time, |c| c.merge(counts));
    }

    #[inline(always)] // As `Booking::payload_heard`.
    fn moved(&mut self, now: SimTime, moved: Moved) {
        self.whole.tcp.moved(now, moved); // A closure for both would be called, not put in line.
        self.windows.with(now, move |c| c.tcp.moved(now, moved));
    }

    #[inline(always)] // As `Booking::payload_heard`.
    fn segment_heard(&mut self, time: SimTime, emitted: SimTime, length: u16) {
        let delay = time.since(emitted);
        self.whole.segment_heard(length, delay); // As in `moved`.
        self.windows.with(emitted, move |c| c.segment_heard(length, delay));
    }
}

impl TcpCounts {
    #[inline(always)] // As `payload_heard`.
    fn moved(&mut self, now: SimTime, moved: Moved) {
        if moved.taken > 0 {
            self.payload += moved.taken;
            self.last = self.last.max(Some(now));
        }
        if moved.round_trip > SimDuration::ZERO {
            self.round_trip.record(moved.round_trip, 1);
        }
        self.retransmissions += u64::from(moved.resent.retransmissions);
        self.timeouts += u64::from(moved.resent.timeouts);
    }

    fn add(&mut self, now: SimTime, told: Tcp) {
        match told {
            Tcp::Opened => {
                self.opened += 1;
                self.first = self.first.into_iter().chain([now]).min();
            }
            Tcp::Compared(which, what) => self.compared.entry(which).or_default().add(now, what),
            Tcp::Completed(span) => self.completion.record(span, 1),
            Tcp::GaveUp(source) => {
                self.given_up += 1;
                *self.gave_up.entry(source).or_default() += 1;
            }
            Tcp::NoPort => {
                self.given_up += 1;
                self.without_port += 1;
            }
            Tcp::Limited(limited, span) => self.limited.add(limited, span),
            Tcp::Closed { window } => self.windows.add(window),
        }
    }
}

impl VpcBook {
    fn ended(&mut self, verdict: Verdict, count: u64, site: impl FnOnce() -> Site) {
        match verdict {
            Ok(_) => self.delivered += count,
            Err(reason) => self.drops.add(reason, count, site()),
        }
    }
}

impl TrafficCounts {
    #[inline(always)] // As `Booking::payload_heard`.
    fn segment_heard(&mut self, length: u16, delay: SimDuration) {
        self.delivered.add(Counts::of(1, length));
        self.delay.record(delay, 1);
    }

    /// Counts originals that ended, without their delays; `is_meant` says whether the host that took them is the one
    /// they are meant for.
    fn original_ended(&mut self, is_meant: bool, verdict: Verdict, counts: Counts) {
        match verdict {
            Ok(_) if is_meant => self.delivered.add(counts),
            Ok(_) => self.misdelivered += counts.packets,
            Err(reason) => self.drops.add(reason, counts.packets),
        }
    }
}

impl PingCounts {
    /// Replies ended, without their round trips; `is_meant` says whether they came back to the host that asked.
    fn reply_ended(&mut self, is_meant: bool, verdict: Verdict, count: u64) {
        match verdict {
            Ok(_) if is_meant => self.answered += count,
            Ok(_) => self.misdelivered += count,
            Err(reason) => self.drops.add(reason, count),
        }
    }
}

/// A segment of a connection: one that the answering end sent counts only if it was dropped.
#[inline(never)] // In line, it costs every echo (`benches/instructions pings`).
fn segment_ended(book: &mut TrafficBook, source: &SourceInfo, time: SimTime, packet: &Packet, verdict: Verdict) {
    if let Err(reason) = verdict {
        // Of losses on different links, a later one may be booked first.
        let opener = opener(packet.id.source(), source.answers);
        let last = book.whole.tcp.losses.entry(opener).or_insert((time, reason));
        *last = (*last).max((time, reason));
    }
    if source.answers {
        let dropped = verdict.err().into_iter();
        book.each(packet.emitted, |c| dropped.clone().for_each(|r| c.tcp.answers_dropped.add(r, 1)));
    } else {
        original_ended(book, source, time, packet, verdict);
    }
}

#[inline]
fn original_ended(book: &mut TrafficBook, source: &SourceInfo, time: SimTime, packet: &Packet, verdict: Verdict) {
    let is_meant = verdict.is_ok_and(|host| source.is_meant_for(host, packet.id.sequence()));
    book.each(packet.emitted, |c| {
        c.original_ended(is_meant, verdict, Counts::of(1, packet.wire_length));
        if is_meant {
            c.delay.record(time.since(packet.emitted), 1);
        }
    });
}

fn reply_ended(counts: &mut TrafficCounts, source: &SourceInfo, asked: Option<SimTime>, time: SimTime, how: Verdict) {
    let is_meant = how == Ok(source.from);
    counts.ping.reply_ended(is_meant, how, 1);
    if let Some(asked) = asked.filter(|_| is_meant) {
        counts.ping.round_trip.record(time.since(asked), 1);
    }
}

/// When the request was sent: generated pings carry that instant, replayed ones do not.
fn asked(source: &SourceInfo, reply: &Packet) -> Option<SimTime> {
    source.is_ping.then(|| SimTime::from_nanos(icmp::echo_sent_ns(&reply.head)))
}

/// Delays that were counted in the loop before they are booked.
#[derive(Debug, Clone, Copy)]
pub(super) enum CountedDelays {
    /// The exact values of the runs that follow.
    Span(DelaySpan),
    Run(DelayRun),
}

impl CountedDelays {
    fn record(self, recorder: &mut super::delay::DelayRecorder) {
        match self {
            CountedDelays::Span(span) => recorder.record_span(span),
            CountedDelays::Run(run) => recorder.record_run(run),
        }
    }
}

/// The records of one link.
#[derive(Debug)]
pub(super) struct LinkBooking {
    pub book: LinkBook,
    pub meter: Meter,
    /// The interval series, if one is kept: then each packet is booked in it.
    pub intervals: Option<Intervals>,
}

impl LinkBooking {
    /// The first boundary after `t` in the link's own books.
    pub(super) fn boundary_after(&self, t: SimTime) -> SimTime {
        self.book.windows.edge_after(t).min(self.meter.next_minute(t))
    }

    /// Books packets that reached the shaper at `time` or later but before the next boundary; the other methods take
    /// `time` the same way.
    #[inline]
    pub(super) fn offered(&mut self, time: SimTime, counts: Counts) {
        self.book.each(time, |c| c.offered.add(counts));
        self.meter.at(time).offered.add(counts);
    }

    /// Books packets refused at the shaper or lost behind it, with one of them as the example.
    pub(super) fn dropped(&mut self, time: SimTime, reason: DropReason, counts: Counts, example: Example) {
        self.book.examples.entry(reason).and_modify(|known| *known = known.first(example)).or_insert(example);
        self.book.each(time, |c| c.drops.add(reason, counts.packets));
        if reason.is_shaper() {
            self.meter.at(time).shaper_drops += counts.packets;
        }
    }

    /// Books packets that left the far end.
    #[inline]
    fn carried(&mut self, time: SimTime, counts: Counts) {
        self.book.each(time, |c| c.carried.add(counts));
        self.meter.at(time).carried.add(counts);
    }

    /// Books one packet that left the far end.
    #[inline(always)] // As `Lane::offered`.
    pub(super) fn carried_one(&mut self, time: SimTime, length: u16, delay: SimDuration) {
        let counts = Counts::of(1, length);
        self.book.each(time, |c| {
            c.carried.add(counts);
            c.delay.record(delay, 1);
        });
        self.meter.at(time).carried.add(counts);
        self.row_carried(time, length);
    }

    /// Books `delay` for each of `count` carried packets.
    #[inline]
    pub(super) fn delayed(&mut self, time: SimTime, delay: SimDuration, count: u64) {
        self.book.each(time, |c| c.delay.record(delay, count));
    }

    /// Books the verdict of the far VPC's router on carried packets.
    pub(super) fn judged(&mut self, verdict: Verdict, count: u64, site: impl FnOnce() -> Site) {
        self.book.far.ended(verdict, count, site);
    }

    /// Books sums of what was booked before, at `time`.
    pub(super) fn came_again(&mut self, time: SimTime, far: &VpcBook, counts: &LinkCounts) {
        self.book.far.merge(far);
        self.book.each(time, |c| c.merge(counts));
        let minute = self.meter.at(time);
        minute.offered.add(counts.offered);
        minute.carried.add(counts.carried);
        minute.shaper_drops += counts.drops.at_shaper();
    }

    fn came_of(&mut self, class: &Class, Tally { sent, refused, refused_for, arrived }: Tally, when: When) {
        if class.kept_back.is_none() && sent > 0 {
            self.offered(when.sent, Counts::of(sent, class.length));
        }
        if let Some(reason) = refused_for {
            self.dropped(when.sent, reason, Counts::of(refused, class.length), class.site.example);
        }
        if arrived > 0 {
            self.carried(when.arrived, Counts::of(arrived, class.length));
            self.judged(class.verdict, arrived, || class.site);
        }
    }

    /// Notes the longest queue so far, after packets were offered.
    pub(super) fn queued(&mut self, link: &Link) {
        if link.queue_peak() > self.book.longest_queue {
            (self.book.longest_queue, self.book.longest_queue_cap) = (link.queue_peak(), link.cap());
        }
    }

    /// Books packets about to be offered in the interval series.
    pub(super) fn row_offered(&mut self, now: SimTime, counts: Counts, link: &mut Link) {
        if let Some(intervals) = &mut self.intervals {
            intervals.close(now, link);
            let row = intervals.at(now);
            row.offered += counts.packets;
            row.offered_bytes += counts.bytes;
        }
    }

    /// Books the queue after them in the interval series.
    pub(super) fn row_queued(&mut self, now: SimTime, link: &Link) {
        if let Some(intervals) = &mut self.intervals {
            let row = intervals.at(now);
            row.longest_queue = row.longest_queue.max(link.waiting());
        }
    }

    /// Books one carried packet in the interval series.
    pub(super) fn row_carried(&mut self, time: SimTime, length: u16) {
        if let Some(intervals) = &mut self.intervals {
            let row = intervals.at(time);
            row.carried += 1;
            row.carried_bytes += u64::from(length);
        }
    }

    /// Books one dropped packet in the books and in the interval series.
    pub(super) fn dropped_one(&mut self, time: SimTime, packet: &Packet, reason: DropReason) {
        self.dropped(time, reason, Counts::of(1, packet.wire_length), Example::of(packet));
        self.row_dropped(time);
    }

    /// Books one dropped packet in the interval series.
    pub(super) fn row_dropped(&mut self, time: SimTime) {
        if let Some(intervals) = &mut self.intervals {
            intervals.at(time).dropped += 1;
        }
    }
}
