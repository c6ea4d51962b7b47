//! What a stretch of time adds to the books of one cell and of one link that leaves it, so that it can be booked again
//! as often as the same happens again. Not a book: nobody reads it.

use super::booking::{Booking, LinkBooking};
use super::books::{LinkCounts, TrafficCounts, VpcBook};
use super::road::Road;
use super::windows::Sum;
use crate::units::{SimDuration, SimTime};

/// The sums of a stretch: the VPC's, the link's, the traffic entry's, and how many packets were sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    vpc: VpcBook,
    far: VpcBook,
    link: LinkCounts,
    traffic: TrafficCounts,
    packets: u64,
}

impl Sums {
    /// Takes the sums so far out of the books; what comes is counted from nothing. `entry` is the place of the traffic
    /// entry's book.
    pub(super) fn take(booking: &mut Booking, link: &mut LinkBooking, entry: usize) -> Sums {
        Sums {
            vpc: std::mem::take(&mut booking.vpc),
            far: std::mem::take(&mut link.book.far),
            link: std::mem::take(&mut link.book.whole),
            traffic: std::mem::take(&mut booking.traffic.at(entry).whole),
            packets: booking.effort.packets(),
        }
    }

    /// Puts sums back that were taken out, and answers what was counted since.
    pub(super) fn put_back(mut self, booking: &mut Booking, link: &mut LinkBooking, entry: usize) -> Sums {
        let mut since = Sums::take(booking, link, entry);
        since.packets -= std::mem::take(&mut self.packets);
        self.merge(&since);
        (booking.vpc, link.book.far, link.book.whole) = (self.vpc, self.far, self.link);
        booking.traffic.at(entry).whole = self.traffic;
        since
    }

    /// How many packets were sent.
    pub(super) fn packets(&self) -> u64 {
        self.packets
    }

    /// Adds other sums.
    pub(super) fn merge(&mut self, other: &Sums) {
        self.vpc.merge(&other.vpc);
        self.far.merge(&other.far);
        self.link.merge(&other.link);
        self.traffic.merge(&other.traffic);
        self.packets += other.packets;
    }

    /// The same so many times: added up in groups of two, four and so on.
    fn times(&self, times: u64) -> Sums {
        let (mut all, mut group) = (Sums::default(), self.clone());
        for bit in 0..u64::BITS - times.leading_zeros() {
            if times >> bit & 1 > 0 {
                all.merge(&group);
            }
            let same = group.clone();
            group.merge(&same);
        }
        all
    }

    /// Books them so many times at `now`, when no boundary of the books is near, the last time `later` than they were
    /// counted.
    pub(super) fn book(
        &self,
        (times, now, later): (u64, SimTime, SimDuration),
        booking: &mut Booking,
        link: &mut LinkBooking,
        entry: usize,
    ) {
        let mut all = self.times(times);
        all.traffic.tcp.put_off(later);
        booking.vpc.merge(&all.vpc);
        booking.carried_by(Road::Repeated, all.packets);
        link.came_again(now, &all.far, &all.link);
        booking.traffic.at(entry).came_again(now, &all.traffic);
    }
}
