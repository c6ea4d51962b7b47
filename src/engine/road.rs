//! Chooses the road packets take: the cheapest one that gives the same bytes. One function of plain facts, called
//! wherever packets are carried; nothing else decides. It carries nothing.

/// How packets are carried, cheapest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Road {
    /// Nothing is sent, and clocks run on.
    Silent,
    /// In closed form: equal packets that never wait are counted, not made.
    Closed,
    /// In closed form behind a token bucket: it is proven that all senders together conform to it.
    Proven,
    /// As repetitions of a pattern that was found in the loop, verified and multiplied.
    Repeated,
    /// One by one in the order of time, without events.
    Looped,
    /// One by one as events, each at its instant.
    Events,
}

impl Road {
    /// How many roads there are.
    pub const COUNT: usize = Road::ALL.len();
    /// Every road, cheapest first.
    pub const ALL: [Road; 6] = [Road::Silent, Road::Closed, Road::Proven, Road::Repeated, Road::Looped, Road::Events];
}

/// What is known of packets before they are carried: those of one sender, or all that share a link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Something may react to what is sent in the VPC, or a sender there replays packets that all differ.
    pub reacts: bool,
    /// The sending hosts are down.
    pub is_silent: bool,
    /// Every packet is wanted, headers included ([`super::Mode::Packets`]).
    pub is_made: bool,
    /// An observer or an interval series follows each packet.
    pub is_watched: bool,
    /// Random draws decide about each packet: loss on the way, a failed node.
    pub has_luck: bool,
    /// Every sender's packets are equal, and each instant is known without the earlier ones.
    pub is_countable: bool,
    /// Packets may wait for each other at a token bucket.
    pub may_wait: bool,
    /// It is proven that none waits.
    pub conforms: bool,
    /// All senders are evenly spaced, and a pattern is known or worth a search.
    pub may_repeat: bool,
}

/// The road that packets take.
pub(super) fn road(facts: Facts) -> Road {
    match facts {
        Facts { reacts: true, .. } => Road::Events,
        Facts { is_silent: true, .. } => Road::Silent,
        Facts { is_made: true, .. } | Facts { is_watched: true, .. } | Facts { has_luck: true, .. } => Road::Looped,
        Facts { is_countable: false, .. } => Road::Looped,
        Facts { may_wait: false, .. } => Road::Closed,
        Facts { conforms: true, .. } => Road::Proven,
        Facts { may_repeat: true, .. } => Road::Repeated,
        _ => Road::Looped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equal packets at a bucket.
    const WAITING: Facts = Facts {
        reacts: false,
        is_silent: false,
        is_made: false,
        is_watched: false,
        has_luck: false,
        is_countable: true,
        may_wait: true,
        conforms: false,
        may_repeat: false,
    };

    #[test]
    fn each_fact_has_its_road() {
        let free = Facts { may_wait: false, ..WAITING };
        let table = [
            (free, Road::Closed),
            (WAITING, Road::Looped),
            (Facts { conforms: true, ..WAITING }, Road::Proven),
            (Facts { may_repeat: true, ..WAITING }, Road::Repeated),
            (Facts { conforms: true, may_repeat: true, ..WAITING }, Road::Proven),
            (Facts { is_made: true, ..free }, Road::Looped),
            (Facts { is_watched: true, ..free }, Road::Looped),
            (Facts { has_luck: true, ..free }, Road::Looped),
            (Facts { is_countable: false, ..free }, Road::Looped),
            (Facts { is_countable: false, conforms: true, ..WAITING }, Road::Looped),
            (Facts { is_silent: true, is_watched: true, ..free }, Road::Silent),
            (Facts { reacts: true, is_silent: true, ..free }, Road::Events),
        ];
        for (facts, expected) in table {
            assert_eq!(road(facts), expected, "{facts:?}");
        }
    }

    /// Whatever else holds, one reason for a more expensive road is enough.
    #[test]
    fn no_fact_makes_a_watched_or_reacting_packet_cheap() {
        for bits in 0..1u32 << 9 {
            let is = |bit: u32| bits >> bit & 1 == 1;
            let facts = Facts {
                reacts: is(0),
                is_silent: is(1),
                is_made: is(2),
                is_watched: is(3),
                has_luck: is(4),
                is_countable: is(5),
                may_wait: is(6),
                conforms: is(7),
                may_repeat: is(8),
            };
            let found = road(facts);
            assert_eq!(found == Road::Events, facts.reacts, "{facts:?}");
            let one_by_one = facts.is_made || facts.is_watched || facts.has_luck || !facts.is_countable;
            assert!(facts.reacts || facts.is_silent || !one_by_one || found == Road::Looped, "{facts:?}: {found:?}");
            assert!(found != Road::Closed || !facts.may_wait, "{facts:?}");
        }
    }
}
