//! Which host plays which captured address. It sends nothing and does not depend on time.

use crate::model::HostId;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// Who plays whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mapping<'a> {
    /// Hosts for the addresses that initiate a conversation, round robin.
    pub from: &'a [HostId],
    /// Hosts for the addresses they speak to, round robin.
    pub to: &'a [HostId],
    /// Addresses whose host the user has chosen.
    pub pinned: &'a BTreeMap<Ipv4Addr, HostId>,
}

/// The pool an address draws its host from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    From,
    To,
}

impl Side {
    fn other(self) -> Side {
        match self {
            Side::From => Side::To,
            Side::To => Side::From,
        }
    }
}

/// Which host plays which address. An address keeps its host.
pub(super) struct Cast<'a> {
    pools: [&'a [HostId]; 2],
    /// Addresses drawn from each pool so far.
    drawn: [usize; 2],
    pinned: &'a BTreeMap<Ipv4Addr, HostId>,
    parts: BTreeMap<Ipv4Addr, (HostId, Option<Side>)>,
}

impl<'a> Cast<'a> {
    pub(super) fn new(mapping: &Mapping<'a>) -> Cast<'a> {
        let pools = [mapping.from, mapping.to];
        Cast { pools, drawn: [0; 2], pinned: mapping.pinned, parts: BTreeMap::new() }
    }

    /// The hosts that play `source` and `destination`; no host is drawn unless both addresses get one.
    pub(super) fn pair(&mut self, source: Ipv4Addr, destination: Ipv4Addr) -> Option<(HostId, HostId)> {
        let (from, to) = (self.known(source), self.known(destination));
        // An address that talks with one side is on the other; between two unknown addresses the source is on the
        // `from` side.
        let side_of_source = to.and_then(|(_, side)| side).map_or(Side::From, Side::other);
        let side_of_destination = from.and_then(|(_, side)| side).map_or(Side::To, Side::other);
        let from_part = from.or_else(|| self.next(side_of_source))?;
        let to_part = to.or_else(|| self.next(side_of_destination))?;
        self.assign(source, from_part, from.is_none());
        // A packet to its own sender must not draw twice.
        if source != destination {
            self.assign(destination, to_part, to.is_none());
            return Some((from_part.0, to_part.0));
        }
        Some((from_part.0, from_part.0))
    }

    /// How many addresses have a host.
    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    fn known(&self, address: Ipv4Addr) -> Option<(HostId, Option<Side>)> {
        if let Some(part) = self.parts.get(&address) {
            return Some(*part);
        }
        let host = *self.pinned.get(&address)?;
        let side = [Side::From, Side::To].into_iter().find(|side| self.pools[*side as usize].contains(&host));
        Some((host, side))
    }

    fn next(&self, side: Side) -> Option<(HostId, Option<Side>)> {
        let pool = self.pools[side as usize];
        let at = self.drawn[side as usize].checked_rem(pool.len())?;
        Some((pool[at], Some(side)))
    }

    fn assign(&mut self, address: Ipv4Addr, part: (HostId, Option<Side>), is_drawn: bool) {
        if let (true, Some(side)) = (is_drawn, part.1) {
            self.drawn[side as usize] += 1;
        }
        self.parts.insert(address, part);
    }
}
