//! A link as held by the cell it leaves: its state, its books, and what is known of how its packets can be carried.
//! Decides nothing.

use super::super::booking::LinkBooking;
use super::super::books::Counts;
use super::super::segment::SegmentArrival;
use super::search::Search;
use super::trains::Trains;
use crate::dataplane::link::Link;
use crate::units::{BitRate, SimTime};

/// A link that leaves a cell.
pub(in crate::engine) struct Lane {
    pub link: Link,
    pub booking: LinkBooking,
    /// Whether it is listed among the lanes that may hold packets of an earlier advance.
    pub(super) is_held: bool,
    /// Packets handed to other cells so far.
    pub(super) mailed: u64,
    /// Segments in short for the far cell, until the next exchange.
    pub(in crate::engine) outbox: Vec<SegmentArrival>,
    /// Equal packets on the wire that were counted, not made.
    pub(super) trains: Trains,
    /// Set while packets pass in closed form, without charging the bucket.
    pub(super) uncharged: Option<Uncharged>,
    pub(super) search: Search,
    /// Up to when its senders were carried.
    pub(super) reached: SimTime,
    /// Whether some that are due then were carried too, and others not.
    pub(super) is_midway: bool,
}

/// Packets that passed the bucket without being charged to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Uncharged {
    /// Covers all packets offered from then on.
    pub since: SimTime,
    /// The highest combined rate of their senders.
    pub peak: BitRate,
    /// By how many ticks more than the cap they may still send, as far as is proven.
    pub slack: u64,
}

impl Lane {
    pub(in crate::engine) fn new(link: Link, booking: LinkBooking) -> Lane {
        Lane {
            link,
            booking,
            is_held: false,
            mailed: 0,
            outbox: Vec::new(),
            trains: Trains::default(),
            uncharged: None,
            search: Search::default(),
            reached: SimTime::ZERO,
            is_midway: false,
        }
    }

    /// Notes that the link, at index `at`, may hold packets for the next advance.
    pub(super) fn hold(&mut self, at: usize, held: &mut Vec<u32>) {
        if !std::mem::replace(&mut self.is_held, true) {
            held.push(at as u32);
        }
    }

    /// Books packets that are offered, before they are.
    #[inline(always)] // Called for every event, from two places: a call of it costs `pings` a fortieth.
    pub(super) fn offered(&mut self, now: SimTime, counts: Counts) {
        self.booking.offered(now, counts);
        self.booking.row_offered(now, counts, &mut self.link);
    }

    /// Books what waits once they were.
    #[inline(always)]
    pub(super) fn queued(&mut self, now: SimTime) {
        self.booking.queued(&self.link);
        self.booking.row_queued(now, &self.link);
    }

    /// Packets on the link: waiting or on the wire.
    pub(in crate::engine) fn in_flight(&self) -> u64 {
        self.link.in_flight() + self.trains.count()
    }

    /// Whether a packet's fate on this link may depend on earlier packets, or on the packet itself.
    pub(super) fn has_order(&self) -> bool {
        self.booking.intervals.is_some() || self.link.treats_all_alike().is_none()
    }
}
