//! A link with its books: what is offered to it, dropped on it and carried over it is booked here, for single packets
//! and for stretches of equal ones. Decides nothing.

use super::super::books::{Counts, LinkBook};
use super::super::meter::Meter;
use super::super::options::Mode;
use super::super::series::Series;
use super::super::shared::Scope;
use super::cycle::Search;
use super::trains::Trains;
use super::ways::Way;
use crate::dataplane::link::Link;
use crate::dataplane::packet::Packet;
use crate::model::DropReason;
use crate::units::{BitRate, SimDuration, SimTime};

/// A link with its book.
pub(in crate::engine) struct Lane {
    pub link: Link,
    pub book: LinkBook,
    pub series: Option<Series>,
    pub meter: Meter,
    /// Whether it stands among those that may hold packets of an earlier advance.
    pub(super) is_held: bool,
    /// Packets handed to other cells so far.
    pub(super) mailed: u64,
    /// Equal packets on the wire that were counted, not made.
    pub(super) trains: Trains,
    /// Set while packets pass in closed form, without charging the bucket.
    pub(super) uncharged: Option<Uncharged>,
    pub(super) search: Search,
}

/// Packets that passed the bucket without being charged to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Uncharged {
    /// All that were offered from then on.
    pub since: SimTime,
    /// The most that their senders sent together.
    pub peak: BitRate,
}

impl Lane {
    pub(in crate::engine) fn new(link: Link, book: LinkBook, series: Option<Series>, meter: Meter) -> Lane {
        Lane {
            link,
            book,
            series,
            meter,
            is_held: false,
            mailed: 0,
            trains: Trains::default(),
            uncharged: None,
            search: Search::default(),
        }
    }

    /// The first instant after `t` from which on packets of this way stand elsewhere in the books.
    pub(super) fn border_after(&self, way: &Way, t: SimTime) -> SimTime {
        way.edge_after(t).min(self.meter.next_minute(t))
    }

    /// The first instant after `t` from which on packets stand elsewhere in the link's own books.
    pub(super) fn own_border_after(&self, t: SimTime) -> SimTime {
        self.book.windows.edge_after(t).min(self.meter.next_minute(t))
    }

    /// Packets on the link: waiting or on the wire.
    pub(in crate::engine) fn in_flight(&self) -> u64 {
        self.link.in_flight() + self.trains.count()
    }

    /// Whether packets may pass here without being carried one by one.
    pub(super) fn may_skip(&self, scope: Scope<'_>) -> bool {
        scope.shared.mode == Mode::Runs && self.is_plain(scope)
    }

    /// Whether nobody looks at the packets, or at the link between two of them, and no luck decides about each.
    pub(super) fn is_plain(&self, scope: Scope<'_>) -> bool {
        !scope.shared.observing && self.series.is_none() && self.link.is_faultless()
    }

    /// Packets reached the shaper at `time`, or in a stretch from then on in which no border of the books lies; so with
    /// the others.
    pub(super) fn offered(&mut self, time: SimTime, counts: Counts) {
        self.book.offered(time, counts);
        self.meter.offered(time, counts);
    }

    pub(super) fn dropped(&mut self, time: SimTime, reason: DropReason, count: u64) {
        self.book.dropped(time, reason, count);
        if reason.is_shaper() {
            self.meter.shaper_dropped(time, count);
        }
    }

    /// Packets left the far end; their delays are booked apart.
    pub(super) fn carried(&mut self, time: SimTime, counts: Counts) {
        self.book.carried(time, counts);
        self.meter.carried(time, counts);
    }

    /// One packet left the far end.
    pub(super) fn carried_one(&mut self, time: SimTime, length: u16, delay: SimDuration) {
        self.carried(time, Counts::of(1, length));
        self.book.delayed(time, delay, 1);
        self.row_carried(time, length);
    }

    /// Notes a carried packet in the interval series.
    pub(super) fn row_carried(&mut self, time: SimTime, length: u16) {
        if let Some(series) = &mut self.series {
            let row = series.at(time);
            row.carried += 1;
            row.carried_bytes += u64::from(length);
        }
    }

    /// Whether a departing packet survives the way.
    pub(super) fn survives(&self, scope: Scope<'_>, packet: &Packet) -> Result<(), DropReason> {
        let sender = scope.shared.sources.get(packet.id.source().0 as usize).map_or(0, |s| s.key);
        self.link.carry(scope.shared.seed, sender, packet)
    }

    /// One packet was dropped.
    pub(super) fn dropped_one(&mut self, time: SimTime, reason: DropReason) {
        self.dropped(time, reason, 1);
        self.row_dropped(time);
    }

    /// Notes a drop in the interval series.
    pub(super) fn row_dropped(&mut self, time: SimTime) {
        if let Some(series) = &mut self.series {
            series.at(time).dropped += 1;
        }
    }

    /// Notes an offered packet in the interval series.
    pub(super) fn row_offered(&mut self, now: SimTime, length: u16) {
        if let Some(series) = &mut self.series {
            series.close(now, &mut self.link);
            let row = series.at(now);
            row.offered += 1;
            row.offered_bytes += u64::from(length);
        }
    }

    /// Packets were offered: the queue may have been longer than ever.
    pub(super) fn queued(&mut self) {
        self.book.longest_queue = self.book.longest_queue.max(self.link.longest_queue());
    }

    /// Notes the queue behind a packet that was offered `now` in the interval series.
    pub(super) fn row_queued(&mut self, now: SimTime) {
        if let Some(series) = &mut self.series {
            let row = series.at(now);
            row.longest_queue = row.longest_queue.max(self.link.waiting());
        }
    }
}
