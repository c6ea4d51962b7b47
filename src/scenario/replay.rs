//! Maps the addresses of a capture onto hosts and makes a replay of it. It does not read link layers or file formats
//! (`wire::capture` does), and it does not send anything.

use crate::model::plan::{Replay, ReplayFlow, ReplayFrame};
use crate::model::{HostId, Network};
use crate::units::SimDuration;
use crate::wire::capture::{self, CaptureError, CapturedFrame};
use crate::wire::rewrite::readdress;
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// Who plays whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mapping<'a> {
    /// Hosts for the addresses that speak first, round robin.
    pub from: &'a [HostId],
    /// Hosts for those they speak to, round robin.
    pub to: &'a [HostId],
    /// Addresses whose host the user has chosen.
    pub pinned: &'a BTreeMap<Ipv4Addr, HostId>,
    /// Longer silences become this long.
    pub max_gap: Option<SimDuration>,
}

/// Reads a capture and lets hosts of `network` play it.
pub(super) fn replay(file: Bytes, mapping: &Mapping<'_>, network: &Network) -> Result<Replay, CaptureError> {
    let capture = capture::read(file)?;
    let mut cast = Cast::new(mapping);
    let mut clock = Clock { max_gap: mapping.max_gap, captured: SimDuration::ZERO, played: SimDuration::ZERO, cuts: 0 };
    let mut flows = Flows::default();
    let mut left_out = LeftOut::default();
    for frame in &capture.frames {
        let addresses = addresses(frame);
        let Some((from, to)) = addresses.and_then(|(source, destination)| cast.pair(source, destination)) else {
            left_out.unmapped += 1;
            continue;
        };
        if from == to {
            left_out.to_itself += 1;
            continue;
        }
        let is_group = addresses.is_some_and(|(_, d)| d.is_multicast() || d.is_broadcast());
        flows.multicast += u64::from(is_group);
        let bytes = readdress(&frame.ip, network.host(from).address, network.host(to).address);
        let offset = clock.play(frame.time);
        flows.push(from, ReplayFrame { offset, to, bytes, wire_length: frame.wire_length });
    }
    let mut handled = capture.counts.lines();
    let rest = [
        ("packets to replay", flows.packets()),
        ("unmapped, left out", left_out.unmapped),
        ("from a host to itself, left out", left_out.to_itself),
        ("to multicast or broadcast, replayed to one host", flows.multicast),
        ("silences shortened", clock.cuts),
        ("addresses mapped", cast.parts.len() as u64),
        ("hosts used", flows.hosts.len() as u64),
    ];
    let always = ["packets to replay", "addresses mapped", "hosts used"];
    let rest = rest.into_iter().filter(|(what, count)| *count > 0 || always.contains(what));
    handled.extend(rest.map(|(what, count)| (what.to_owned(), count)));
    Ok(Replay { flows: flows.flows, handled })
}

fn addresses(frame: &CapturedFrame) -> Option<(Ipv4Addr, Ipv4Addr)> {
    let address = |at: usize| {
        let octets: [u8; 4] = frame.ip.get(at..at + 4)?.try_into().ok()?;
        Some(Ipv4Addr::from(octets))
    };
    Some((address(12)?, address(16)?))
}

/// Packets that are not replayed.
#[derive(Default)]
struct LeftOut {
    unmapped: u64,
    to_itself: u64,
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
struct Cast<'a> {
    pools: [&'a [HostId]; 2],
    /// Addresses drawn from each pool so far.
    drawn: [usize; 2],
    pinned: &'a BTreeMap<Ipv4Addr, HostId>,
    parts: BTreeMap<Ipv4Addr, (HostId, Option<Side>)>,
}

impl<'a> Cast<'a> {
    fn new(mapping: &Mapping<'a>) -> Cast<'a> {
        let pools = [mapping.from, mapping.to];
        Cast { pools, drawn: [0; 2], pinned: mapping.pinned, parts: BTreeMap::new() }
    }

    /// The hosts that play `source` and `destination`; nothing is drawn unless both have one.
    fn pair(&mut self, source: Ipv4Addr, destination: Ipv4Addr) -> Option<(HostId, HostId)> {
        let (from, to) = (self.known(source), self.known(destination));
        // Who talks with one side is the other; between strangers the one who speaks is on the `from` side.
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

/// Turns captured times into offsets, with long silences shortened.
struct Clock {
    max_gap: Option<SimDuration>,
    captured: SimDuration,
    played: SimDuration,
    cuts: u64,
}

impl Clock {
    /// The offset of a packet captured at `time`, not before the last one; the first silence begins with the capture.
    fn play(&mut self, time: SimDuration) -> SimDuration {
        let silence = time - self.captured;
        let kept = self.max_gap.map_or(silence, |most| silence.min(most));
        self.cuts += u64::from(kept < silence);
        self.captured = time;
        self.played = self.played + kept;
        self.played
    }
}

/// Packets grouped by sender, in order of first appearance.
#[derive(Default)]
struct Flows {
    flows: Vec<ReplayFlow>,
    index: BTreeMap<HostId, usize>,
    hosts: BTreeSet<HostId>,
    multicast: u64,
}

impl Flows {
    fn push(&mut self, from: HostId, frame: ReplayFrame) {
        self.hosts.extend([from, frame.to]);
        let at = *self.index.entry(from).or_insert(self.flows.len());
        if at == self.flows.len() {
            self.flows.push(ReplayFlow { from, frames: Vec::new() });
        }
        self.flows[at].frames.push(frame);
    }

    fn packets(&self) -> u64 {
        self.flows.iter().map(|flow| flow.frames.len() as u64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HostSpec, Name, Rules};
    use pcap_file::pcap::{PcapHeader, PcapPacket, PcapWriter};
    use pcap_file::{DataLink, TsResolution};
    use std::time::Duration;

    /// `hosts` hosts in one subnet, 192.168.1.10 and on.
    fn network(hosts: u8) -> (Network, Vec<HostId>) {
        let name = |text: &str| Name::new(text).unwrap();
        let mut network = Network::new(Rules::guide());
        let account = network.account_named(&name("a"));
        let region = network.declare_region(&name("r"));
        let vpc = network.add_vpc(name("V"), None, account, region, "192.168.0.0/16".parse().unwrap()).unwrap();
        let table = network.add_table(vpc, name("A")).unwrap();
        let subnet = network.add_subnet(vpc, name("A"), "192.168.1.0/24".parse().unwrap(), table).unwrap();
        let host = |n: u8| HostSpec {
            name: name(&format!("h{n}")),
            subnet,
            address: Some(Ipv4Addr::new(192, 168, 1, 10 + n)),
            source_check: true,
        };
        let ids = (0..hosts).map(|n| network.add_host(host(n)).unwrap()).collect();
        (network, ids)
    }

    /// A raw capture of `(nanosecond, last octet of the source, of the destination)`; octet 255 is the broadcast address.
    fn file(packets: &[(u64, u8, u8)]) -> Bytes {
        let header =
            PcapHeader { datalink: DataLink::RAW, ts_resolution: TsResolution::NanoSecond, ..Default::default() };
        let mut writer = PcapWriter::with_header(Vec::new(), header).unwrap();
        for (nanos, source, destination) in packets {
            let mut ip = vec![0x45, 0, 0, 20, 0, 0, 0, 0, 64, 1, 0, 0];
            ip.extend(address(*source).octets());
            ip.extend(address(*destination).octets());
            writer.write_packet(&PcapPacket::new(Duration::from_nanos(*nanos), 20, &ip)).unwrap();
        }
        writer.into_writer().into()
    }

    fn address(octet: u8) -> Ipv4Addr {
        if octet == 255 { Ipv4Addr::BROADCAST } else { Ipv4Addr::new(1, 1, 1, octet) }
    }

    fn count(replay: &Replay, words: &str) -> u64 {
        replay.handled.iter().filter(|(what, _)| what.contains(words)).map(|(_, n)| n).sum()
    }

    /// Sender, receiver and offset of every packet, flow by flow.
    fn played(replay: &Replay) -> Vec<(u32, u32, u64)> {
        let flows = replay.flows.iter();
        flows.flat_map(|flow| flow.frames.iter().map(|f| (flow.from.0, f.to.0, f.offset.as_nanos()))).collect()
    }

    #[test]
    fn speakers_go_to_one_pool_and_their_partners_to_the_other() {
        let (network, h) = network(4);
        let pinned = BTreeMap::new();
        let mapping = Mapping { from: &h[..2], to: &h[2..], pinned: &pinned, max_gap: None };
        // 1 asks 2, 2 answers; 3 speaks to 2 (a `to`), so 3 is a `from`; 2 speaks to 4, so 4 is a `from` and wraps.
        let packets = [(100, 1, 2), (110, 2, 1), (120, 3, 2), (130, 2, 4), (140, 1, 5)];
        let replay = replay(file(&packets), &mapping, &network).unwrap();
        assert_eq!(played(&replay), [(0, 2, 0), (0, 3, 40), (2, 0, 10), (2, 0, 30), (1, 2, 20)]);
        assert_eq!((count(&replay, "addresses mapped"), count(&replay, "hosts used")), (5, 4));
        let first = &replay.flows[0].frames[0].bytes;
        assert_eq!(first[12..20], [192, 168, 1, 10, 192, 168, 1, 12]);
        assert_eq!(replay.flows[0].frames[0].wire_length, 20);
    }

    #[test]
    fn pinned_addresses_have_their_hosts_and_others_need_a_pool() {
        let (network, h) = network(3);
        let pinned = BTreeMap::from([(address(1), h[2]), (address(2), h[0])]);
        let none = Mapping { from: &[], to: &[], pinned: &pinned, max_gap: None };
        let packets = [(0, 1, 2), (1, 1, 3), (2, 3, 4), (3, 2, 1)];
        let only_pinned = replay(file(&packets), &none, &network).unwrap();
        assert_eq!(played(&only_pinned), [(2, 0, 0), (0, 2, 3)]);
        assert_eq!((count(&only_pinned, "unmapped"), count(&only_pinned, "addresses mapped")), (2, 2));
        // A pinned host of the `to` pool makes its partner a `from`, even when it speaks first.
        let pools = Mapping { from: &h[1..2], to: &h[2..], ..none };
        let replay = replay(file(&[(0, 1, 9)]), &pools, &network).unwrap();
        assert_eq!(played(&replay), [(2, 1, 0)]);
    }

    #[test]
    fn packets_to_oneself_are_left_out_and_groups_are_mapped() {
        let (network, h) = network(2);
        let pinned = BTreeMap::new();
        let mapping = Mapping { from: &h[..1], to: &h[1..], pinned: &pinned, max_gap: None };
        let packets = [(0, 1, 1), (1, 1, 2), (2, 3, 2), (3, 1, 3), (4, 1, 255)];
        let replay = replay(file(&packets), &mapping, &network).unwrap();
        assert_eq!(played(&replay), [(0, 1, 1), (0, 1, 2), (0, 1, 4)]);
        assert_eq!((count(&replay, "to itself"), count(&replay, "multicast or broadcast")), (2, 1));
        assert_eq!(count(&replay, "packets to replay"), 3);
    }

    #[test]
    fn long_silences_are_shortened() {
        let (network, h) = network(2);
        let pinned = BTreeMap::new();
        let max_gap = Some(SimDuration::from_nanos(100));
        let mapping = Mapping { from: &h[..1], to: &h[1..], pinned: &pinned, max_gap };
        let replay = replay(file(&[(0, 1, 2), (100, 1, 2), (5_000, 2, 1), (5_010, 1, 2)]), &mapping, &network).unwrap();
        assert_eq!(played(&replay), [(0, 1, 0), (0, 1, 100), (0, 1, 210), (1, 0, 200)]);
        assert_eq!(count(&replay, "silences shortened"), 1);
    }

    proptest::proptest! {
        /// Every packet is replayed or counted, whole and in time order, and every address keeps one host.
        #[test]
        fn nothing_is_lost_and_nobody_changes_hosts(
            packets in proptest::collection::vec((0u64..50, 0u8..8, 0u8..8), 0..40),
            pins in proptest::collection::btree_map(0u8..8, 0usize..5, 0..4),
            split in 0usize..=5,
        ) {
            let (network, h) = network(5);
            let pinned = pins.iter().map(|(octet, host)| (address(*octet), h[*host])).collect();
            let mapping = Mapping { from: &h[..split], to: &h[split..], pinned: &pinned, max_gap: None };
            let replay = replay(file(&packets), &mapping, &network).unwrap();
            let sent = played(&replay).len() as u64;
            proptest::prop_assert_eq!(sent + count(&replay, "left out"), packets.len() as u64);
            proptest::prop_assert_eq!(count(&replay, "packets to replay"), sent);
            for flow in &replay.flows {
                proptest::prop_assert!(flow.frames.is_sorted_by_key(|frame| frame.offset));
                for frame in &flow.frames {
                    proptest::prop_assert!(frame.to != flow.from);
                    proptest::prop_assert_eq!(&frame.bytes[12..16], &network.host(flow.from).address.octets()[..]);
                    proptest::prop_assert_eq!(&frame.bytes[16..20], &network.host(frame.to).address.octets()[..]);
                }
            }
            let mut cast = Cast::new(&mapping);
            let mut parts: BTreeMap<u8, HostId> = pins.iter().map(|(octet, host)| (*octet, h[*host])).collect();
            for (_, source, destination) in packets {
                let Some((from, to)) = cast.pair(address(source), address(destination)) else { continue };
                proptest::prop_assert_eq!(*parts.entry(source).or_insert(from), from);
                proptest::prop_assert_eq!(*parts.entry(destination).or_insert(to), to);
            }
        }
    }

    #[test]
    fn an_unreadable_capture_is_an_error() {
        let (network, _) = network(1);
        let pinned = BTreeMap::new();
        let mapping = Mapping { from: &[], to: &[], pinned: &pinned, max_gap: None };
        assert_eq!(replay(Bytes::new(), &mapping, &network).unwrap_err(), CaptureError::Empty);
    }
}
