//! Packets as events: at the far end of their path, where something may react to them. Defines the single order of
//! arrivals, and keeps them in it.

use crate::dataplane::packet::{Packet, Tail};
use crate::model::{LinkId, Verdict, VpcId};
use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BinaryHeap, VecDeque};

/// A packet at the far end of its path, to which something may react. Small, since each is moved several times.
#[derive(Clone)]
pub(super) struct Arrival {
    pub time: SimTime,
    /// The link it came over; `None` inside the VPC, which sorts after all links.
    pub link: Option<LinkId>,
    pub sequence: u64,
    pub packet: Packet,
    /// How it ends, if that was found in this epoch; another one may judge otherwise.
    pub judged: Option<Verdict>,
}

const _: () = assert!(size_of::<Arrival>() <= 104);

/// An arrival for another cell, with what belongs to it beside its head.
pub struct Mail {
    /// The VPC it is for.
    pub to: VpcId,
    pub(super) arrival: Arrival,
    pub(super) tail: Option<Tail>,
}

/// The arrivals of a cell, in order: by time, then by link, then by sequence. Those of one link mostly come in order,
/// so each link has a queue, and only the first of each is sorted.
#[derive(Default)]
pub(super) struct Arrivals {
    /// By link, in order.
    queues: Vec<Queue>,
    /// The first of each queue that is not empty, with its place.
    heads: BinaryHeap<Reverse<Head>>,
    /// The place of the queue that grew last.
    last: usize,
    len: usize,
}

struct Queue {
    /// As sorted: `u32::MAX` inside the VPC.
    link: u32,
    waiting: VecDeque<Arrival>,
}

/// Time, link and place of a queue's first arrival.
type Head = (SimTime, u32, u32);

impl Arrivals {
    pub(super) fn push(&mut self, arrival: &Arrival) {
        let link = arrival.link.map_or(u32::MAX, |link| link.0);
        let at = self.queue(link);
        let waiting = &mut self.queues[at].waiting;
        let key = (arrival.time, arrival.sequence);
        self.len += 1;
        match waiting.back() {
            None => self.heads.push(Reverse((arrival.time, link, at as u32))),
            Some(last) if (last.time, last.sequence) < key => {}
            // The delay of the link was longer before.
            Some(_) => {
                let place = waiting.partition_point(|other| (other.time, other.sequence) < key);
                waiting.insert(place, arrival.clone());
                return self.sort();
            }
        }
        waiting.push_back(arrival.clone());
    }

    /// The place of a link's queue.
    fn queue(&mut self, link: u32) -> usize {
        if self.queues.get(self.last).is_some_and(|queue| queue.link == link) {
            return self.last;
        }
        self.last = match self.queues.binary_search_by_key(&link, |queue| queue.link) {
            Ok(at) => at,
            Err(at) => {
                self.queues.insert(at, Queue { link, waiting: VecDeque::new() });
                self.sort(); // the places behind it have changed
                at
            }
        };
        self.last
    }

    fn sort(&mut self) {
        let first = |(at, queue): (usize, &Queue)| Some(Reverse((queue.waiting.front()?.time, queue.link, at as u32)));
        self.heads = self.queues.iter().enumerate().filter_map(first).collect();
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> SimTime {
        self.heads.peek().map_or(SimTime::NEVER, |Reverse((time, ..))| *time)
    }

    pub(super) fn pop(&mut self) -> Option<Arrival> {
        let mut head = self.heads.peek_mut()?;
        let waiting = &mut self.queues[head.0.2 as usize].waiting;
        let arrival = waiting.pop_front();
        match waiting.front() {
            Some(next) => head.0.0 = next.time,
            None => {
                PeekMut::pop(head);
            }
        }
        self.len -= 1;
        arrival
    }

    /// All of them, in no order.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Arrival> {
        self.queues.iter_mut().flat_map(|queue| &mut queue.waiting)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ipv4::HEAD;

    fn at(time: u64, link: Option<u32>, sequence: u64) -> Arrival {
        let (time, link) = (SimTime::from_nanos(time), link.map(LinkId));
        Arrival { time, link, sequence, packet: Packet::of([0; HEAD], 40), judged: None }
    }

    /// Against sorting all of them, as links come, their delays shrink, and instants are equal.
    #[test]
    fn they_come_in_order_however_they_were_put_in() {
        let mut random = 7u64;
        let mut below = |n: u64| {
            random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (random >> 33) % n
        };
        let (mut arrivals, mut twin, mut now) = (Arrivals::default(), Vec::new(), 0);
        for sequence in 0..20_000 {
            if below(3) > 0 {
                let link = Some(below(9) as u32).filter(|link| *link < 8);
                let time = now + below(40);
                arrivals.push(&at(time, link, sequence));
                twin.push((time, link.unwrap_or(u32::MAX), sequence));
            } else {
                twin.sort_unstable();
                let expected = (!twin.is_empty()).then(|| twin.remove(0));
                assert_eq!(arrivals.next().as_nanos(), expected.map_or(u64::MAX, |(time, ..)| time));
                let key = |a: Arrival| (a.time.as_nanos(), a.link.map_or(u32::MAX, |l| l.0), a.sequence);
                assert_eq!(arrivals.pop().map(key), expected);
                now = expected.map_or(now, |(time, ..)| time);
            }
            assert_eq!(arrivals.len(), twin.len());
        }
    }
}
