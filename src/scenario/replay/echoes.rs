//! Which echo requests of a capture the hosts answer: a reply in the capture is replayed, so the host must not send a
//! second one.

use super::{Played, is_group};
use crate::wire::icmp::{self, Echo};
use crate::wire::ipv4::HEAD;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// Which echo requests the hosts answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    /// Requests whose reply is not in the capture.
    Missing,
    All,
    None,
}

impl Answers {
    /// The words of the key `answers`.
    pub(super) fn named(word: &str) -> Answers {
        match word {
            "all" => Answers::All,
            "none" => Answers::None,
            _ => Answers::Missing,
        }
    }
}

/// Marks the requests among `played`, which is in time order, that hosts answer; returns how many they do not answer
/// because the capture holds the reply.
pub(super) fn mark(played: &mut [Played], answers: Answers) -> u64 {
    if answers == Answers::None {
        return 0;
    }
    for one in played.iter_mut() {
        one.frame.is_answered = asks(&one.frame.bytes);
    }
    if answers == Answers::All {
        return 0;
    }
    let replied = replied(played);
    for &at in &replied {
        played[at].frame.is_answered = false;
    }
    replied.len() as u64
}

/// Whether a host answers such a packet.
fn asks(ip: &[u8]) -> bool {
    let mut head = [0; HEAD];
    let captured = ip.len().min(HEAD);
    head[..captured].copy_from_slice(&ip[..captured]);
    icmp::is_echo_request(&head)
}

/// The indices of the requests whose reply comes later: it has the same identifier and sequence number and goes from
/// the request's destination (from any address if that is a group) to its source. A reply matches one request, the
/// latest one still waiting, since earlier waiting ones were lost.
fn replied(played: &[Played]) -> Vec<usize> {
    // Source, destination (`None` for a group), identifier and sequence number.
    let mut waiting: BTreeMap<(Ipv4Addr, Option<Ipv4Addr>, Echo), Vec<usize>> = BTreeMap::new();
    let mut replied = Vec::new();
    for (at, one) in played.iter().enumerate() {
        let Some((is_request, echo)) = icmp::echo(&one.frame.bytes) else { continue };
        if is_request {
            let asked = Some(one.destination).filter(|to| !is_group(*to));
            waiting.entry((one.source, asked, echo)).or_default().push(at);
            continue;
        }
        let keys = [Some(one.source), None].map(|asked| (one.destination, asked, echo));
        let latest = |key: &_| waiting.get(key).and_then(|requests| requests.last()).copied();
        if let Some(key) = keys.into_iter().max_by_key(latest)
            && let Some(request) = waiting.get_mut(&key).and_then(Vec::pop)
        {
            replied.push(request);
        }
    }
    replied.retain(|at| played[*at].frame.is_answered);
    replied
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HostId, ReplayFrame};
    use crate::units::SimDuration;
    use crate::wire::ipv4::Addressing;
    use bytes::Bytes;

    const GROUP: u8 = 255;

    fn address(octet: u8) -> Ipv4Addr {
        if octet == GROUP { Ipv4Addr::BROADCAST } else { Ipv4Addr::new(10, 0, 0, octet) }
    }

    /// `(from, to, identifier, sequence, is a request)`
    fn played((from, to, identifier, sequence, is_request): (u8, u8, u16, u16, bool)) -> Played {
        let (source, destination) = (address(from), address(to));
        let addressing = Addressing { source, destination, ttl: 64 };
        let mut bytes = icmp::echo_request(addressing, 40, identifier, sequence, 0).to_vec();
        bytes[20] = if is_request { 8 } else { 0 };
        let frame = ReplayFrame {
            offset: SimDuration::ZERO,
            to: HostId(0),
            bytes: Bytes::from(bytes),
            wire_length: 40,
            is_answered: false,
        };
        Played { from: HostId(0), source, destination, frame }
    }

    /// Which of the requests are answered by hosts.
    fn answered(echoes: &[(u8, u8, u16, u16, bool)], answers: Answers) -> (Vec<usize>, u64) {
        let mut all: Vec<Played> = echoes.iter().copied().map(played).collect();
        let replied = mark(&mut all, answers);
        ((0..all.len()).filter(|at| all[*at].frame.is_answered).collect(), replied)
    }

    #[test]
    fn a_reply_is_that_of_one_earlier_request() {
        let echoes = [
            (1, 2, 7, 0, true), // lost, and sent again with the same number
            (1, 2, 7, 0, true), // replied to
            (2, 1, 7, 0, false),
            (2, 1, 7, 1, false), // comes before its request
            (1, 2, 7, 1, true),
            (1, 2, 8, 0, true), // another identifier
            (1, 3, 7, 2, true), // another host replies
            (2, 1, 7, 2, false),
        ];
        assert_eq!(answered(&echoes, Answers::Missing), (vec![0, 4, 5, 6], 1));
        assert_eq!(answered(&echoes, Answers::All), (vec![0, 1, 4, 5, 6], 0));
        assert_eq!(answered(&echoes, Answers::None), (vec![], 0));
    }

    #[test]
    fn a_request_to_a_group_is_replied_to_by_anybody() {
        let echoes = [(1, GROUP, 7, 0, true), (2, 1, 7, 0, false), (3, 1, 7, 0, false)];
        assert_eq!(answered(&echoes, Answers::Missing), (vec![], 1));
    }

    #[test]
    fn what_was_not_captured_so_far_is_neither() {
        let mut both = vec![played((1, 2, 7, 0, true)), played((2, 1, 7, 0, false))];
        both[1].frame.bytes = both[1].frame.bytes.slice(..27);
        assert_eq!(mark(&mut both, Answers::Missing), 0);
        assert!(both[0].frame.is_answered && !both[1].frame.is_answered);
    }

    proptest::proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

        /// The number of unanswered requests equals the pairs found by the dull twin; every reply counts once.
        #[test]
        fn every_reply_takes_the_latest_request_that_waits(
            echoes in proptest::collection::vec((1u8..3, 1u8..3, 0u16..2, 0u16..2, proptest::bool::ANY), 0..30),
        ) {
            let mut taken = vec![false; echoes.len()];
            for (at, (from, to, identifier, sequence, is_request)) in echoes.iter().enumerate() {
                let request = (to, from, identifier, sequence, &true);
                let fits = |n: &usize| {
                    let (a, b, c, d, e) = &echoes[*n];
                    !is_request && !taken[*n] && (a, b, c, d, e) == request
                };
                if let Some(found) = (0..at).rev().find(fits) {
                    taken[found] = true;
                }
            }
            let left: Vec<usize> = (0..echoes.len()).filter(|n| echoes[*n].4 && !taken[*n]).collect();
            let found = answered(&echoes, Answers::Missing);
            proptest::prop_assert_eq!(found.1, taken.iter().filter(|t| **t).count() as u64);
            proptest::prop_assert_eq!(found.0, left);
        }
    }
}
