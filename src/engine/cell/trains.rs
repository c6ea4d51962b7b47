//! Packet trains: equal packets of one sender that are on their way at the end of an advance, identified by their
//! numbers. A train costs the same whatever its length, and its packets are made only when something needs them.
//! Packets that met a bucket are kept on their link instead. Only stores trains.

use std::collections::BTreeMap;

/// The trains on one link, or inside one VPC.
#[derive(Debug, Default)]
pub(super) struct Trains {
    /// Packet counts by flow and number of the first packet.
    trains: BTreeMap<(u32, u64), u64>,
    packets: u64,
}

/// Consecutive packets of one flow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Train {
    /// Index of the flow.
    pub flow: u32,
    /// Number of the first packet.
    pub first: u64,
    pub count: u64,
}

impl Trains {
    /// How many packets there are.
    pub(super) fn count(&self) -> u64 {
        self.packets
    }

    /// Adds a train, or, in the usual case, lengthens the one it follows.
    pub(super) fn add(&mut self, Train { flow, first, count }: Train) {
        if count == 0 {
            return;
        }
        self.packets += count;
        let before = self.trains.range_mut((flow, 0)..(flow, first)).next_back();
        match before.filter(|((_, begin), length)| begin + **length == first) {
            Some((_, length)) => *length += count,
            None => drop(self.trains.insert((flow, first), count)),
        }
    }

    /// All trains, by flow.
    pub(super) fn iter(&self) -> impl Iterator<Item = Train> + '_ {
        self.trains.iter().map(|(&(flow, first), &count)| Train { flow, first, count })
    }

    /// Takes the trains of the flows that are in `taken`, by flow.
    pub(super) fn take_of(&mut self, taken: impl Fn(u32) -> bool) -> Vec<Train> {
        let (of_these, others): (Vec<Train>, Vec<Train>) = self.take().partition(|train| taken(train.flow));
        others.into_iter().for_each(|train| self.add(train));
        of_these
    }

    /// Takes all trains, by flow.
    pub(super) fn take(&mut self) -> impl Iterator<Item = Train> + use<> {
        let Trains { trains, .. } = std::mem::take(self);
        trains.into_iter().map(|((flow, first), count)| Train { flow, first, count })
    }
}
