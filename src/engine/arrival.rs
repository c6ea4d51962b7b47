//! Packets as events: at the far end of their path, where something may react to them. Defines the single order of
//! arrivals, and keeps them in it.

use crate::dataplane::packet::Packet;
use crate::model::{LinkId, Verdict};
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

/// Whatever arrives.
pub(super) trait Arrives: Clone {
    fn time(&self) -> SimTime;
    /// The link it came over; `u32::MAX` inside the VPC.
    fn link(&self) -> u32;
    /// Its number among those of the link.
    fn sequence(&self) -> u64;
    /// Goes over to what of it arrives later, before anything else of the link; false if nothing does.
    #[inline]
    fn go_over(&mut self) -> bool {
        false
    }
}

impl Arrives for Arrival {
    fn time(&self) -> SimTime {
        self.time
    }
    fn link(&self) -> u32 {
        self.link.map_or(u32::MAX, |link| link.0)
    }
    fn sequence(&self) -> u64 {
        self.sequence
    }
}

/// The arrivals of a cell, in order: by time, then by link, then by sequence. Those of one link mostly come in order,
/// so each link has a queue, and only the first of each is sorted.
pub(super) struct Arrivals<T> {
    /// By link, in order.
    queues: Vec<Queue<T>>,
    /// The first of each queue that is not empty, with its place.
    heads: BinaryHeap<Reverse<Head>>,
    /// The place of the queue that grew last.
    last: usize,
    len: usize,
}

struct Queue<T> {
    link: u32,
    waiting: VecDeque<T>,
}

impl<T> Default for Arrivals<T> {
    fn default() -> Self {
        Arrivals { queues: Vec::new(), heads: BinaryHeap::new(), last: 0, len: 0 }
    }
}

/// The first arrival of a queue. One number, since it is compared often: 64 bits of time, 32 of the link, 32 of the
/// queue's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Head(u128);

impl Head {
    fn new(time: SimTime, link: u32, at: usize) -> Head {
        Head(u128::from(time.as_nanos()) << 64 | u128::from(link) << 32 | at as u128)
    }

    fn time(self) -> SimTime {
        SimTime::from_nanos((self.0 >> 64) as u64)
    }

    fn place(self) -> usize {
        self.0 as u32 as usize
    }

    /// The same queue's next arrival.
    fn at(self, time: SimTime) -> Head {
        Head(u128::from(time.as_nanos()) << 64 | u128::from(self.0 as u64))
    }
}

impl<T: Arrives> Arrivals<T> {
    #[inline]
    pub(super) fn push(&mut self, arrival: &T) {
        let link = arrival.link();
        let at = self.queue(link);
        let waiting = &mut self.queues[at].waiting;
        let key = (arrival.time(), arrival.sequence());
        self.len += 1;
        match waiting.back() {
            None => self.heads.push(Reverse(Head::new(arrival.time(), link, at))),
            Some(last) if (last.time(), last.sequence()) < key => {}
            // The delay of the link was longer before.
            Some(_) => {
                let place = waiting.partition_point(|other| (other.time(), other.sequence()) < key);
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
        let first =
            |(at, queue): (usize, &Queue<T>)| Some(Reverse(Head::new(queue.waiting.front()?.time(), queue.link, at)));
        self.heads = self.queues.iter().enumerate().filter_map(first).collect();
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> SimTime {
        self.heads.peek().map_or(SimTime::NEVER, |Reverse(head)| head.time())
    }

    /// Time, link and sequence of the next one.
    pub(super) fn first(&self) -> Option<(SimTime, u32, u64)> {
        let first = self.front()?;
        Some((first.time(), first.link(), first.sequence()))
    }

    /// The next one, which stays.
    #[inline]
    pub(super) fn front(&self) -> Option<&T> {
        self.queues[self.heads.peek()?.0.place()].waiting.front()
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<T> {
        let mut head = self.heads.peek_mut()?;
        let waiting = &mut self.queues[head.0.place()].waiting;
        let arrival = waiting.pop_front();
        match waiting.front() {
            Some(next) => head.0 = head.0.at(next.time()),
            None => {
                PeekMut::pop(head);
            }
        }
        self.len -= 1;
        arrival
    }

    /// Takes arrivals of one link, which are in order, and leaves none.
    pub(super) fn append(&mut self, arrivals: &mut Vec<T>) {
        debug_assert!(arrivals.is_sorted_by_key(|arrival| (arrival.time(), arrival.sequence())));
        let Some(first) = arrivals.first() else { return };
        let (link, key) = (first.link(), (first.time(), first.sequence()));
        let at = self.queue(link);
        let waiting = &mut self.queues[at].waiting;
        match waiting.back() {
            None => self.heads.push(Reverse(Head::new(key.0, link, at))),
            Some(last) if (last.time(), last.sequence()) < key => {}
            // The delay of the link was longer before.
            Some(_) => return arrivals.drain(..).for_each(|arrival| self.push(&arrival)),
        }
        self.len += arrivals.len();
        if waiting.is_empty() {
            // Then none is moved: the two change places, each with its memory.
            *arrivals = std::mem::replace(waiting, std::mem::take(arrivals).into()).into();
        } else {
            waiting.extend(arrivals.drain(..));
        }
    }

    /// When the next one over another link is due.
    #[inline]
    pub(super) fn next_beside(&self) -> SimTime {
        // The second in a heap is one of the two below the first.
        let below = self.heads.as_slice().iter().skip(1).take(2);
        below.map(|Reverse(head)| head.time()).min().unwrap_or(SimTime::NEVER)
    }

    /// Leaves the next one behind, or goes over to what of it arrives later if it is not `done`.
    #[inline]
    pub(super) fn step(&mut self, done: bool) {
        let Some(mut head) = self.heads.peek_mut() else { return };
        let waiting = &mut self.queues[head.0.place()].waiting;
        if done || !waiting.front_mut().is_some_and(T::go_over) {
            waiting.pop_front();
            self.len -= 1;
        }
        match waiting.front() {
            Some(next) => head.0 = head.0.at(next.time()),
            None => {
                PeekMut::pop(head);
            }
        }
    }

    /// All of them, link by link, those of each in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.queues.iter().flat_map(|queue| &queue.waiting)
    }

    /// The first that is so, where of each link those that are come behind those that are not.
    pub(super) fn first_that(&self, is_so: impl Fn(&T) -> bool) -> SimTime {
        let first = |queue: &Queue<T>| {
            let at = queue.waiting.partition_point(|arrival| !is_so(arrival));
            queue.waiting.get(at).map(T::time)
        };
        self.queues.iter().filter_map(first).min().unwrap_or(SimTime::NEVER)
    }

    /// Changes all of them, which stay in order.
    pub(super) fn change(&mut self, change: impl FnMut(&mut T)) {
        self.iter_mut().for_each(change);
        self.sort();
    }

    /// All of them, in no order.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
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
