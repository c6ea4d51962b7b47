//! Who sends to whom: the flows of a traffic entry, each with a sending host and a receiver. Hosts are paired only
//! here, so that sending, counting and reports agree. The entry's [`Pattern`] decides when a flow sends, and how much.

use super::ids::HostId;
use super::plan::{Pattern, Traffic};
use super::receivers::{Destination, Pick, Receiver};
use std::collections::BTreeSet;

impl Traffic {
    /// How many flows it has, computed without listing them.
    pub fn senders(&self) -> usize {
        match (&self.pattern, &self.to) {
            (Pattern::Replay(replay), _) => replay.flows.len(),
            (_, Destination::Hosts { hosts, pick: Pick::Every }) => {
                let receivers: BTreeSet<&HostId> = hosts.iter().collect();
                let both = self.from.iter().filter(|host| receivers.contains(host)).count();
                self.from.len() * hosts.len() - both
            }
            (_, Destination::Hosts { .. } | Destination::Address(_)) => self.from.len(),
        }
    }

    /// Its flows, in order of number; none for a replay, whose packets name their receivers. `draw(flow, n)` returns a
    /// number below n and is called only where the seed chooses.
    pub fn flows<'a>(
        &'a self,
        draw: impl Fn(usize, usize) -> usize + 'a,
    ) -> Box<dyn Iterator<Item = (HostId, Receiver)> + 'a> {
        let senders = self.from.iter().copied();
        let (hosts, pick) = match &self.to {
            Destination::Hosts { hosts, pick } => (hosts, pick),
            Destination::Address(address) => return Box::new(senders.map(|host| (host, Receiver::Address(*address)))),
        };
        match pick {
            Pick::Every => Box::new(senders.flat_map(|from| {
                let others = hosts.iter().filter(move |to| **to != from);
                others.map(move |to| (from, Receiver::Host(*to)))
            })),
            Pick::InOrder => Box::new(senders.enumerate().map(|(number, from)| {
                let at = |number: usize| hosts[number % hosts.len()];
                let to = if at(number) == from { at(number + 1) } else { at(number) };
                (from, Receiver::Host(to))
            })),
            Pick::Random => {
                let mut places: Vec<(HostId, usize)> = hosts.iter().copied().zip(0..).collect();
                places.sort_unstable();
                Box::new(senders.enumerate().map(move |(number, from)| {
                    let own = places.binary_search_by_key(&from, |(host, _)| *host);
                    let own = own.ok().map(|at| places[at].1).filter(|_| hosts.len() > 1);
                    let others = hosts.len() - usize::from(own.is_some());
                    // The n-th of the others: one place further if the sender's own place is at or before it.
                    let at = draw(number, others);
                    (from, Receiver::Host(hosts[at + usize::from(own.is_some_and(|own| own <= at))]))
                }))
            }
        }
    }
}
