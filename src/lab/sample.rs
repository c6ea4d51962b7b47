//! Of many packets, so many as somebody can look at: whole packets, and of each sender some, so that one with few is
//! not lost beside one with many. It knows nothing of what is told of them.

use crate::dataplane::packet::{PacketId, PacketKind, SourceId};
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64;

/// What is kept of packets that are seen one after the other.
pub(super) struct Sample<T> {
    /// The most packets.
    most: usize,
    packets: usize,
    senders: BTreeMap<SourceId, OfSender<T>>,
    /// Of so many senders one is kept, by a hash.
    every: u64,
    /// Numbers what was seen, for its order.
    number: u64,
}

struct OfSender<T> {
    /// Of so many of its packets one is kept. A power of two, so that those kept later are among those kept before.
    every: u64,
    seen: BTreeMap<(PacketId, PacketKind), Vec<(u64, T)>>,
}

impl<T> Sample<T> {
    /// That of at most so many packets.
    pub(super) fn of(most: usize) -> Sample<T> {
        Sample { most, packets: 0, senders: BTreeMap::new(), every: 1, number: 0 }
    }

    /// Adds what was seen of a packet, if the packet is kept.
    pub(super) fn add(&mut self, id: PacketId, kind: PacketKind, seen: impl FnOnce() -> T) {
        if !is_kept(id.source(), self.every) {
            return;
        }
        let sender = self.senders.entry(id.source());
        let sender = sender.or_insert_with(|| OfSender { every: 1, seen: BTreeMap::new() });
        if !id.sequence().is_multiple_of(sender.every) {
            return;
        }
        let packet = sender.seen.entry((id, kind)).or_default();
        self.packets += usize::from(packet.is_empty());
        packet.push((self.number, seen()));
        self.number += 1;
        while self.packets > self.most {
            self.thin();
        }
    }

    /// Halves what those have who have most, or, where nobody has more than one packet, those who have any.
    fn thin(&mut self) {
        let most = self.senders.values().map(|sender| sender.ids()).max().unwrap_or(0);
        if most > 1 {
            for sender in self.senders.values_mut().filter(|sender| sender.ids() > most / 2) {
                sender.every *= 2;
                sender.seen.retain(|(id, _), _| id.sequence().is_multiple_of(sender.every));
            }
        } else {
            self.every *= 2;
            self.senders.retain(|source, _| is_kept(*source, self.every));
        }
        self.packets = self.senders.values().map(|sender| sender.seen.len()).sum();
    }

    /// How many packets are kept.
    pub(super) fn packets(&self) -> usize {
        self.packets
    }

    /// What is kept, in the order in which it was seen, with the packet it is of.
    pub(super) fn into_seen(self) -> Vec<(PacketId, T)> {
        let packets = self.senders.into_values().flat_map(|sender| sender.seen);
        let each =
            |((id, _), seen): ((PacketId, PacketKind), Vec<(u64, T)>)| seen.into_iter().map(move |one| (id, one));
        let mut all: Vec<(PacketId, (u64, T))> = packets.flat_map(each).collect();
        all.sort_unstable_by_key(|(_, (number, _))| *number);
        all.into_iter().map(|(id, (_, seen))| (id, seen)).collect()
    }
}

impl<T> OfSender<T> {
    /// How many numbers its packets have: those that answer a packet share its number.
    fn ids(&self) -> usize {
        let mut ids: Vec<PacketId> = self.seen.keys().map(|(id, _)| *id).collect();
        ids.dedup();
        ids.len()
    }
}

fn is_kept(source: SourceId, every: u64) -> bool {
    every == 1 || xxh3_64(&source.0.to_le_bytes()).is_multiple_of(every)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The packets that are kept of so many senders with so many packets each, each seen three times.
    fn kept(most: usize, senders: &[u64]) -> Vec<(u32, u64)> {
        let mut sample = Sample::of(most);
        for round in 0..senders.iter().copied().max().unwrap_or(0) {
            for (source, _) in (0..).zip(senders).filter(|(_, packets)| round < **packets) {
                let id = PacketId::new(SourceId(source), round);
                (0..3).for_each(|step| sample.add(id, PacketKind::Original, || (source, round, step)));
            }
        }
        let packets = sample.packets();
        let seen: Vec<_> = sample.into_seen().into_iter().map(|(_, seen)| seen).collect();
        assert!(packets <= most && seen.len() == 3 * packets, "{packets} packets, {} seen", seen.len());
        assert!(seen.is_sorted_by_key(|(source, round, step)| (*round, *source, *step)), "in order");
        seen.into_iter().filter(|(.., step)| *step == 0).map(|(source, round, _)| (source, round)).collect()
    }

    #[test]
    fn whole_packets_are_kept_and_those_of_rare_senders_first() {
        assert_eq!(kept(10, &[3, 2]), [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)]);
        let few = kept(100, &[100_000, 10]);
        assert_eq!(few.iter().filter(|(source, _)| *source == 1).count(), 10);
        assert!(few.len() > 50, "{}", few.len());
        for senders in [1_000, 30_000] {
            let many = kept(400, &vec![1; senders]);
            assert!((50..=400).contains(&many.len()), "{senders}: {}", many.len());
        }
        assert!(kept(1, &[5, 5, 5]).len() <= 1);
        assert_eq!(kept(7, &[]), []);
    }
}
