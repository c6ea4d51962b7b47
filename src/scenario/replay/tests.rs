//! Handmade captures and their replays: which host plays which address, when, how often, how packets are cut, and the
//! warnings.

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

/// A packet of `length` bytes between addresses with these last octets; 255 is the broadcast address.
fn ip(protocol: u8, length: u16, source: u8, destination: u8) -> Vec<u8> {
    let mut ip = vec![0; usize::from(length)];
    ip[0] = 0x45;
    ip[2..4].copy_from_slice(&length.to_be_bytes());
    ip[8..10].copy_from_slice(&[64, protocol]);
    ip[12..16].copy_from_slice(&address(source).octets());
    ip[16..20].copy_from_slice(&address(destination).octets());
    ip
}

fn address(octet: u8) -> Ipv4Addr {
    if octet == 255 { Ipv4Addr::BROADCAST } else { Ipv4Addr::new(1, 1, 1, octet) }
}

/// A raw capture of packets at times in nanoseconds.
fn capture_of(packets: &[(u64, Vec<u8>)]) -> Bytes {
    let header = PcapHeader { datalink: DataLink::RAW, ts_resolution: TsResolution::NanoSecond, ..Default::default() };
    let mut writer = PcapWriter::with_header(Vec::new(), header).unwrap();
    for (nanos, ip) in packets {
        writer.write_packet(&PcapPacket::new(Duration::from_nanos(*nanos), ip.len() as u32, ip)).unwrap();
    }
    writer.into_writer().into()
}

/// A capture of `(nanosecond, last octet of the source, of the destination)`.
fn file(packets: &[(u64, u8, u8)]) -> Bytes {
    let packets: Vec<_> = packets.iter().map(|(nanos, from, to)| (*nanos, ip(1, 20, *from, *to))).collect();
    capture_of(&packets)
}

const PLAIN: Terms = Terms {
    max_gap: None,
    speed: Factor::ONE,
    passes: 1,
    answers: Answers::Missing,
    segment_size: None,
    span: SimDuration::from_secs(1),
    is_stopped: false,
    count: u64::MAX,
};

fn count(staged: &Staged, words: &str) -> u64 {
    staged.replay.handled.iter().filter(|(what, _)| what.contains(words)).map(|(_, n)| n).sum()
}

/// Sender, receiver and offset of every packet, flow by flow.
fn played(staged: &Staged) -> Vec<(u32, u32, u64)> {
    let replay = &staged.replay;
    let of_flow = |flow: usize| {
        (0..replay.packets(flow)).map(move |n| {
            let (frame, offset) = (replay.frame(flow, n).unwrap(), replay.offset(flow, n).unwrap());
            (replay.flows[flow].from.0, frame.to.0, offset.as_nanos())
        })
    };
    (0..replay.flows.len()).flat_map(of_flow).collect()
}

/// Host 0 plays address 1, host 1 plays address 2.
fn between_two(packets: &[(u64, u8, u8)], terms: Terms) -> Result<Staged, Unplayable> {
    let (network, h) = network(2);
    let pinned = BTreeMap::new();
    stage((file(packets), None), &Mapping { from: &h[..1], to: &h[1..], pinned: &pinned }, &terms, &network)
}

#[test]
fn speakers_go_to_one_pool_and_their_partners_to_the_other() {
    let (network, h) = network(4);
    let pinned = BTreeMap::new();
    let mapping = Mapping { from: &h[..2], to: &h[2..], pinned: &pinned };
    // 1 asks 2, 2 answers; 3 speaks to 2 (a `to`), so 3 is a `from`; 2 speaks to 4, so 4 is a `from` and wraps.
    let packets = [(100, 1, 2), (110, 2, 1), (120, 3, 2), (130, 2, 4), (140, 1, 5)];
    let staged = stage((file(&packets), None), &mapping, &PLAIN, &network).unwrap();
    assert_eq!(played(&staged), [(0, 2, 0), (0, 3, 40), (2, 0, 10), (2, 0, 30), (1, 2, 20)]);
    assert_eq!((count(&staged, "addresses mapped"), count(&staged, "hosts used")), (5, 4));
    let first = &staged.replay.flows[0].frames[0];
    assert_eq!((&first.bytes[12..20], first.wire_length), (&[192, 168, 1, 10, 192, 168, 1, 12][..], 20));
}

#[test]
fn pinned_addresses_have_their_hosts_and_others_need_a_pool() {
    let (network, h) = network(3);
    let pinned = BTreeMap::from([(address(1), h[2]), (address(2), h[0])]);
    let none = Mapping { from: &[], to: &[], pinned: &pinned };
    // The clock begins with the first packet that has hosts, and ignores packets that have none.
    let packets = [(0, 1, 3), (1, 1, 2), (2, 3, 4), (4, 2, 1)];
    let only_pinned = stage((file(&packets), None), &none, &PLAIN, &network).unwrap();
    assert_eq!(played(&only_pinned), [(2, 0, 0), (0, 2, 3)]);
    assert_eq!((count(&only_pinned, "unmapped"), count(&only_pinned, "addresses mapped")), (2, 2));
    assert_eq!(only_pinned.addresses.len(), 4);
    // A pinned host of the `to` pool makes its partner a `from`, even when it speaks first.
    let pools = Mapping { from: &h[1..2], to: &h[2..], ..none };
    let staged = stage((file(&[(0, 1, 9)]), None), &pools, &PLAIN, &network).unwrap();
    assert_eq!(played(&staged), [(2, 1, 0)]);
}

#[test]
fn packets_to_oneself_are_left_out_and_groups_are_mapped() {
    let packets = [(0, 1, 1), (1, 1, 2), (2, 3, 2), (3, 1, 3), (4, 1, 255)];
    let staged = between_two(&packets, PLAIN).unwrap();
    assert_eq!(played(&staged), [(0, 1, 0), (0, 1, 1), (0, 1, 3)]);
    assert_eq!((count(&staged, "to itself"), count(&staged, "multicast or broadcast")), (2, 1));
    assert_eq!(count(&staged, "packets to replay"), 3);
}

/// Silences are measured between replayed packets: a packet to its own host in the middle of a silence does not split
/// it.
#[test]
fn long_silences_are_shortened() {
    let terms = Terms { max_gap: Some(SimDuration::from_nanos(100)), ..PLAIN };
    let packets = [(0, 3, 3), (500, 1, 2), (600, 1, 2), (690, 1, 1), (780, 1, 2), (5_500, 2, 1), (5_510, 1, 2)];
    let staged = between_two(&packets, terms).unwrap();
    assert_eq!(played(&staged), [(0, 1, 0), (0, 1, 100), (0, 1, 200), (0, 1, 310), (1, 0, 300)]);
    assert_eq!(count(&staged, "silences shortened"), 2);
}

#[test]
fn what_lies_behind_the_end_or_the_count_is_counted_and_not_kept() {
    let packets = [(0, 1, 2), (10, 1, 2), (20, 2, 1), (30, 1, 2), (40, 1, 2)];
    let until = |nanos| Terms { span: SimDuration::from_nanos(nanos), ..PLAIN };
    let all = between_two(&packets, until(41)).unwrap();
    assert_eq!((all.unsent, played(&all).len()), (Unsent::default(), 5));
    let two = between_two(&packets, until(20)).unwrap();
    assert_eq!(played(&two), [(0, 1, 0), (0, 1, 10)], "host 1 never speaks");
    assert_eq!((two.unsent, two.first_pass_late), (Unsent { late: 3, beyond_count: 0 }, 3));
    assert_eq!(count(&two, "behind the end of the run, not sent"), 3);
    let stopped = between_two(&packets, Terms { is_stopped: true, count: 2, ..until(40) }).unwrap();
    assert_eq!(played(&stopped), [(0, 1, 0), (0, 1, 10), (1, 0, 20)]);
    assert_eq!((count(&stopped, "behind `stop`"), count(&stopped, "beyond `count`")), (1, 1));
    assert_eq!(between_two(&packets, until(0)).unwrap().unsent.late, 5);
}

#[test]
fn passes_are_the_mean_gap_apart_and_as_fast_as_wanted() {
    let packets = [(7, 1, 2), (9, 2, 1), (17, 1, 2)];
    let twice = Terms { passes: 2, ..PLAIN };
    // 10 ns with 2 gaps: the next pass begins 5 ns after the last packet.
    let staged = between_two(&packets, twice).unwrap();
    assert_eq!(played(&staged), [(0, 1, 0), (0, 1, 10), (0, 1, 15), (0, 1, 25), (1, 0, 2), (1, 0, 17)]);
    assert_eq!((count(&staged, "packets to replay"), count(&staged, "passes")), (6, 2));
    let fast = Terms { speed: "2.5".parse().unwrap(), ..twice };
    let offsets: Vec<u64> = played(&between_two(&packets, fast).unwrap()).iter().map(|one| one.2).collect();
    assert_eq!(offsets, [0, 4, 6, 10, 1, 7]);
    // The run ends in the second pass.
    let short = Terms { span: SimDuration::from_nanos(16), ..twice };
    let staged = between_two(&packets, short).unwrap();
    assert_eq!((staged.unsent.late, staged.first_pass_late, staged.packets), (2, 0, 6));
    assert_eq!(count(&staged, "behind the end"), 2);
}

#[test]
fn passes_need_a_length_and_have_a_bound() {
    let many = Terms { passes: 1_000_000, ..PLAIN };
    let wrong = between_two(&[(5, 1, 2), (5, 1, 2)], many).err().unwrap();
    assert_eq!((wrong.key, &wrong.wrong.message[..28]), ("repeat", "all packets of the capture a"));
    let packets: Vec<(u64, u8, u8)> = (0..10_001).map(|n| (n, 1, 2)).collect();
    assert_eq!(between_two(&packets[..10_000], many).unwrap().packets, REPLAYED_MAX);
    let wrong = between_two(&packets, many).err().unwrap();
    assert!(wrong.wrong.message.starts_with("10,001,000,000 packets would be replayed"), "{}", wrong.wrong.message);
    assert_eq!(between_two(&[(5, 1, 1)], many).unwrap().packets, 0, "nothing is replayed, however often");
}

#[test]
fn segments_go_at_the_instant_of_the_packet_they_are_cut_from() {
    let (network, h) = network(2);
    let (none, pinned) = ([], BTreeMap::from([(address(1), h[0]), (address(2), h[1])]));
    let mapping = Mapping { from: &none, to: &none, pinned: &pinned };
    let mut offloaded = ip(6, 9_000, 1, 2);
    offloaded[2..4].fill(0);
    let mut unheaded = ip(6, 4_000, 1, 2);
    unheaded[6] = 0x20; // a first fragment
    let file = capture_of(&[(5, offloaded), (8, ip(17, 4_000, 1, 2)), (9, unheaded), (9, ip(6, 1_500, 2, 1))]);
    let with =
        |segment_size| stage((file.clone(), None), &mapping, &Terms { segment_size, ..PLAIN }, &network).unwrap();

    let whole = with(None);
    let above = Above { packets: 1, mtu: 8_500, place: "V".to_owned() };
    assert_eq!((played(&whole).len(), whole.above), (4, Some(above)));

    let cut = with(Some(1_500));
    let lengths = |staged: &Staged| staged.replay.flows[0].frames.iter().map(|f| f.wire_length).collect::<Vec<_>>();
    assert_eq!(lengths(&cut), [1_500, 1_500, 1_500, 1_500, 1_500, 1_500, 240, 4_000, 4_000]);
    assert!(cut.replay.flows[0].frames[..7].iter().all(|f| f.offset == SimDuration::ZERO));
    assert_eq!((count(&cut, "offloaded TCP packets cut"), count(&cut, "segments made")), (1, 7));
    assert_eq!((count(&cut, "packets to replay"), cut.uncut, cut.above), (10, 0, None));
    // The mean gap is that of the captured packets: 4 ns with 3 gaps, not with 9.
    assert_eq!(cut.replay.period.as_nanos(), 5);

    let no_room = with(Some(40));
    assert_eq!((no_room.uncut, count(&no_room, "could not be cut")), (2, 2));
}

/// `BIG TCP`: longer than the largest IPv4 packet.
#[test]
fn what_is_longer_than_a_packet_can_be_is_cut_or_left_out() {
    let (network, h) = network(2);
    let pinned = BTreeMap::new();
    let mapping = Mapping { from: &h[..1], to: &h[1..], pinned: &pinned };
    let mut big = ip(6, 60, 1, 2);
    big[2..4].fill(0);
    let header = PcapHeader { datalink: DataLink::RAW, ..Default::default() };
    let mut writer = PcapWriter::with_header(Vec::new(), header).unwrap();
    writer.write_packet(&PcapPacket::new(Duration::from_secs(3), 200_000, &big)).unwrap();
    writer.write_packet(&PcapPacket::new(Duration::from_secs(4), 60, &ip(6, 60, 1, 2))).unwrap();
    let file: Bytes = writer.into_writer().into();
    let with =
        |segment_size| stage((file.clone(), None), &mapping, &Terms { segment_size, ..PLAIN }, &network).unwrap();
    let whole = with(None);
    assert_eq!(played(&whole), [(0, 1, 0)], "it does not move the clock");
    assert_eq!((whole.left_out.too_long, count(&whole, "longer than a packet can be")), (1, 1));
    assert_eq!(played(&with(Some(9_000))).len(), 23);
}

/// Times, senders and receivers of the replayed packets, sorted and mapped one by one. Every address keeps its host.
fn lines(packets: &[(u64, u8, u8)], mapping: &Mapping<'_>, pins: &BTreeMap<u8, HostId>) -> Vec<(u64, u32, u32)> {
    let mut sorted = packets.to_vec();
    sorted.sort_by_key(|packet| packet.0);
    let mut cast = Cast::new(mapping);
    let mut parts = pins.clone();
    let mut lines = Vec::new();
    for (time, source, destination) in sorted {
        let Some((from, to)) = cast.pair(address(source), address(destination)) else { continue };
        assert_eq!(*parts.entry(source).or_insert(from), from);
        assert_eq!(*parts.entry(destination).or_insert(to), to);
        if from != to {
            lines.push((time, from.0, to.0));
        }
    }
    lines
}

type Sent = BTreeMap<u32, Vec<(u32, u64)>>;

/// The dull twin: each pass is a copy shifted by the period. Returns what each sender sends to whom and when, and the
/// late count.
fn dull(lines: &[(u64, u32, u32)], terms: &Terms) -> (Sent, u64) {
    let begin = lines.first().map_or(0, |line| line.0);
    let length = lines.last().map_or(0, |line| line.0) - begin;
    let gaps = (lines.len() as u64).saturating_sub(1).max(1);
    let period = length + (2 * length + gaps) / (2 * gaps);
    let speed = terms.speed.as_ppb();
    let mut sent = Sent::new();
    let mut late = 0;
    for pass in 0..terms.passes {
        for (time, from, to) in lines {
            let offset = (2 * (pass * period + time - begin) * 1_000_000_000 + speed) / (2 * speed);
            let is_late = offset >= terms.span.as_nanos();
            late += u64::from(is_late);
            let of_sender = sent.entry(*from).or_default();
            if !is_late && (of_sender.len() as u64) < terms.count {
                of_sender.push((*to, offset));
            }
        }
    }
    sent.retain(|_, packets| !packets.is_empty());
    (sent, late)
}

proptest::proptest! {
    #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

    /// Every packet is replayed or counted, whole and in time order, and every address keeps one host; a dull clock
    /// agrees.
    #[test]
    fn nothing_is_lost_and_nobody_changes_hosts(
        packets in proptest::collection::vec((0u64..50, 0u8..8, 0u8..8), 0..40),
        pins in proptest::collection::btree_map(0u8..8, 0usize..5, 0..4),
        split in 0usize..=5,
        span in 0u64..120,
        count_of_each in 1u64..20,
        passes in 1u64..4,
        speed in 1u32..4,
    ) {
        let (network, h) = network(5);
        let pinned = pins.iter().map(|(octet, host)| (address(*octet), h[*host])).collect();
        let mapping = Mapping { from: &h[..split], to: &h[split..], pinned: &pinned };
        let speed: Factor = speed.to_string().parse().unwrap();
        let terms = Terms { span: SimDuration::from_nanos(span), count: count_of_each, passes, speed, ..PLAIN };
        let staged = match stage((file(&packets), None), &mapping, &terms, &network) {
            Ok(staged) => staged,
            Err(wrong) => {
                proptest::prop_assert_eq!(wrong.key, "repeat");
                return Ok(());
            }
        };
        let mapped = packets.len() as u64 - count(&staged, "left out");
        proptest::prop_assert_eq!(staged.packets, mapped * passes);

        let lines = lines(&packets, &mapping, &pins.iter().map(|(octet, host)| (*octet, h[*host])).collect());
        let (expected, late) = dull(&lines, &terms);
        proptest::prop_assert_eq!(staged.unsent.late, late);
        let mut found = Sent::new();
        for (from, to, offset) in played(&staged) {
            let sent = found.entry(from).or_default();
            // As in the engine: before the end of the span, and at most the count.
            if offset < span && (sent.len() as u64) < count_of_each {
                sent.push((to, offset));
            }
        }
        proptest::prop_assert_eq!(&found, &expected);
        let sent: u64 = expected.values().map(|sent| sent.len() as u64).sum();
        proptest::prop_assert_eq!(staged.packets - staged.unsent.late - staged.unsent.beyond_count, sent);
        for flow in &staged.replay.flows {
            for frame in &flow.frames {
                proptest::prop_assert_eq!(&frame.bytes[12..16], &network.host(flow.from).address.octets()[..]);
                proptest::prop_assert_eq!(&frame.bytes[16..20], &network.host(frame.to).address.octets()[..]);
            }
        }
    }
}

#[test]
fn an_unreadable_capture_is_an_error() {
    let (network, _) = network(1);
    let pinned = BTreeMap::new();
    let mapping = Mapping { from: &[], to: &[], pinned: &pinned };
    let wrong = stage((Bytes::new(), None), &mapping, &PLAIN, &network).err().unwrap();
    assert_eq!((wrong.key, &wrong.wrong.message[..]), ("file", "the file is empty"));
}
