//! Replays as a user meets them: generated captures, two VPCs, and what the report and the warnings say. How captures
//! are read in detail is tested beside the reader.

mod program;

use pcap_file::pcap::{PcapHeader, PcapPacket, PcapWriter};
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::{InterfaceDescriptionBlock, InterfaceDescriptionOption};
use pcap_file::pcapng::{PcapNgBlock, PcapNgWriter};
use pcap_file::{DataLink, TsResolution};
use program::{folder, vpcsim};
use serde_json::Value;
use std::borrow::Cow;
use std::io::Write;
use std::time::Duration;

const SCENARIO: &str = r#"
name = "replayed"
duration = "10 s"
[vpc.a]
region = "guangzhou"
cidr = "10.1.0.0/16"
[vpc.a.subnet.s]
cidr = "10.1.1.0/24"
routes = [{ to = "10.2.0.0/16", via = "p" }]
[vpc.a.host.h]
count = 50
[vpc.b]
region = "beijing"
cidr = "10.2.0.0/16"
[vpc.b.subnet.s]
cidr = "10.2.1.0/24"
routes = [{ to = "10.1.0.0/16", via = "p" }]
[vpc.b.host.h]
count = 50
[peering.p]
requester = "a"
accepter = "b"
bandwidth = "100 Mbps"
[traffic.t]
from = "a/h-*"
to = "b/h-*"
pattern = "replay"
file = "trace.pcap"
"#;

const SECOND: u64 = 1_000_000_000;

/// An IPv4 packet of `length` bytes from 192.0.2.`from` to 192.0.2.`to`, with the payload `data` followed by zeros.
fn ip(protocol: u8, length: u16, from: u8, to: u8, data: &[u8]) -> Vec<u8> {
    let mut ip = vec![0x45, 0];
    ip.extend(length.to_be_bytes());
    ip.extend([0, 0, 0, 0, 64, protocol, 0, 0, 192, 0, 2, from, 192, 0, 2, to]);
    ip.extend_from_slice(data);
    ip.resize(length.into(), 0);
    ip
}

fn udp(from: u8, to: u8) -> Vec<u8> {
    ip(17, 100, from, to, &[])
}

/// An echo request (8) or reply (0) with this sequence number.
fn echo(kind: u8, from: u8, to: u8, sequence: u8) -> Vec<u8> {
    ip(1, 60, from, to, &[kind, 0, 0, 0, 0, 9, 0, sequence])
}

/// A pcap file with this link type, from packets with times in nanoseconds.
fn pcap(datalink: DataLink, packets: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let header = PcapHeader { datalink, ts_resolution: TsResolution::NanoSecond, ..Default::default() };
    let mut writer = PcapWriter::with_header(Vec::new(), header).expect("memory is writable");
    for (nanos, data) in packets {
        let packet = PcapPacket::new(Duration::from_nanos(*nanos), data.len() as u32, data);
        writer.write_packet(&packet).expect("memory is writable");
    }
    writer.into_writer()
}

fn raw(packets: &[(u64, Vec<u8>)]) -> Vec<u8> {
    pcap(DataLink::RAW, packets)
}

/// A pcapng file of one packet from each of these interfaces, some of which have no name.
fn seen_at(interfaces: &[Option<&'static str>]) -> Vec<u8> {
    let mut writer = PcapNgWriter::new(Vec::new()).expect("memory is writable");
    for name in interfaces {
        let options = name.map(|name| InterfaceDescriptionOption::IfName(name.into())).into_iter().collect();
        let interface = InterfaceDescriptionBlock { linktype: DataLink::RAW, snaplen: 0, options };
        writer.write_block(&interface.into_block()).expect("memory is writable");
    }
    for interface_id in 0..interfaces.len() as u32 {
        let (data, timestamp) = (udp(1, 2), Duration::from_nanos(u64::from(interface_id)));
        let original_len = data.len() as u32;
        let packet =
            EnhancedPacketBlock { interface_id, timestamp, original_len, data: Cow::Owned(data), options: vec![] };
        writer.write_block(&packet.into_block()).expect("memory is writable");
    }
    writer.into_inner()
}

/// The output of a run of the capture, with further keys in the entry.
struct Replayed {
    report: Value,
    code: i32,
    stderr: String,
}

impl Replayed {
    fn count(&self, words: &str) -> u64 {
        let handled = self.report["traffic"][0]["handled"].as_array().expect("a replay tells how it was handled");
        let found = handled.iter().find(|line| line[0].as_str().is_some_and(|what| what.contains(words)));
        found.map_or(0, |line| line[1].as_u64().expect("a count"))
    }

    fn notes(&self) -> String {
        self.report["notes"].to_string()
    }

    /// Packets and bytes offered from a to b, and from b to a.
    fn offered(&self) -> [(u64, u64); 2] {
        [0, 1].map(|at| {
            let offered = &self.report["links"][at]["offered"];
            (offered["packets"].as_u64().expect("a count"), offered["bytes"].as_u64().expect("bytes"))
        })
    }

    fn sent(&self) -> u64 {
        self.report["traffic"][0]["sent"]["packets"].as_u64().expect("a count")
    }
}

/// Runs the program on `scenario`, with the capture beside it.
fn play(command: &[&str], capture: &[u8], scenario: String) -> program::Said {
    let folder = folder(&[("trace.pcap", capture), ("run.toml", scenario.as_bytes())]);
    vpcsim(folder.path(), &[command, &["run.toml"]].concat())
}

fn run(capture: &[u8], keys: &str) -> Replayed {
    let said = play(&["run", "--json"], capture, format!("{SCENARIO}{keys}\n"));
    let report = serde_json::from_str(&said.out).unwrap_or_default();
    Replayed { report, code: said.code.expect("no signal"), stderr: said.talk }
}

/// The complaints of `check`, with their hints.
fn check(capture: &[u8], keys: &str) -> String {
    play(&["check"], capture, format!("{SCENARIO}{keys}\n")).all()
}

#[test]
fn time_begins_with_the_first_packet_that_is_replayed() {
    let year = 365 * 86_400 * SECOND;
    let packets = [(40 * year, udp(1, 2)), (40 * year + SECOND, udp(2, 1)), (40 * year + 2 * SECOND, udp(1, 2))];
    let padded = [raw(&packets), vec![0; 32]].concat();
    let said = run(&padded, "");
    assert_eq!((said.sent(), said.count("empty")), (3, 2));
    // A packet that matches no host, decades earlier.
    let strangers = [&[(year, udp(8, 9))][..], &packets].concat();
    let mapped = "map = { \"192.0.2.1\" = \"a/h-1\", \"192.0.2.2\" = \"b/h-1\" }";
    let without_pools = SCENARIO.replace("from = \"a/h-*\"\nto = \"b/h-*\"\n", "");
    let report = play(&["run", "--json"], &raw(&strangers), format!("{without_pools}{mapped}")).ended(0).json();
    assert_eq!(report["packets"]["emitted"], 3, "{report}");
}

#[test]
fn packets_behind_the_end_are_counted_and_told() {
    let packets = [(0, udp(1, 2)), (9 * SECOND, udp(1, 2)), (100 * SECOND, udp(3, 4)), (101 * SECOND, udp(3, 4))];
    let said = run(&raw(&packets), "");
    assert_eq!((said.sent(), said.count("behind the end of the run, not sent")), (2, 2));
    let told = "2 of 4 packets lie behind the end of the run at 10 s: the replay lasts 101 s";
    assert!(said.notes().contains(told), "{}", said.notes());
    assert_eq!(said.report["traffic"][0]["path"], "a/h-1 -> b/h-1", "those behind the end do not play");
    // With an explicit stop there is no warning, but the packets are counted.
    let stopped = run(&raw(&packets), "stop = \"5 s\"");
    assert_eq!((stopped.sent(), stopped.count("behind `stop`, not sent"), &stopped.notes()[..]), (1, 3, "[]"));
    let counted = run(&raw(&packets), "count = 1\nspeed = 20");
    assert_eq!((counted.sent(), counted.count("beyond `count`"), &counted.notes()[..]), (2, 2, "[]"));
}

#[test]
fn a_replay_of_nothing_is_told_with_its_reason() {
    let arp = [vec![2; 12], vec![8, 6], vec![0; 46]].concat();
    let cases = [
        (raw(&[]), "", "it holds no packets"),
        (
            pcap(DataLink::ETHERNET, &[(0, arp.clone()), (SECOND, arp)]),
            "",
            "2 of its 2 packets are not IPv4 (it is 1 s long)",
        ),
        (raw(&[(0, vec![0x45; 10])]), "", "1 of its 1 packets have no whole IPv4 header"),
        (
            raw(&[(0, udp(1, 1)), (SECOND, udp(2, 2))]),
            "",
            "2 of its 2 IPv4 packets go from a host to itself (it is 1 s long)",
        ),
        (raw(&[(0, udp(1, 2))]), "phase = \"10 s\"", "its first packet already lies behind the end"),
    ];
    for (capture, keys, reason) in cases {
        let said = run(&capture, keys);
        assert_eq!((said.code, said.sent()), (0, 0), "{reason}");
        let told = format!("nothing of the capture will be sent: {reason}");
        assert!(said.notes().contains(&told), "{reason}: {}", said.notes());
    }
}

#[test]
fn requests_whose_reply_is_in_the_capture_are_not_answered_again() {
    let mut packets: Vec<(u64, Vec<u8>)> = Vec::new();
    for sequence in 0..4 {
        packets.push((u64::from(sequence) * SECOND, echo(8, 1, 2, sequence)));
        packets.push((u64::from(sequence) * SECOND + 20_000_000, echo(0, 2, 1, sequence)));
    }
    packets.push((5 * SECOND, echo(8, 1, 2, 4))); // nobody replied
    let capture = raw(&packets);
    let missing = run(&capture, "");
    assert_eq!(missing.offered(), [(5, 300), (5, 300)], "four replies of the capture, one of the host");
    assert_eq!(missing.count("echo requests whose reply is in the capture"), 4);
    assert_eq!(run(&capture, "answers = \"missing\"").offered(), missing.offered());
    assert_eq!(run(&capture, "answers = \"all\"").offered(), [(5, 300), (9, 540)]);
    assert_eq!(run(&capture, "answers = \"none\"").offered(), [(5, 300), (4, 240)]);
    let wrong = run(&capture, "answers = \"some\"");
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("missing"), "{}", wrong.stderr);
}

#[test]
fn labels_and_tags_are_looked_behind_and_counted() {
    let nested = [vec![2; 12], vec![0x81, 0, 0, 7, 0x88, 0x47, 0, 0, 0x10, 9, 0, 0, 0x11, 9], udp(1, 2)].concat();
    let said = run(&pcap(DataLink::ETHERNET, &[(0, nested)]), "");
    assert_eq!(said.offered()[0], (1, 100));
    assert_eq!((said.count("VLAN tags removed"), said.count("MPLS labels removed")), (1, 1));
    let ppp = [vec![0xFF, 0x03, 0x00, 0x21], udp(1, 2)].concat();
    assert_eq!(run(&pcap(DataLink::PPP, &[(0, ppp)]), "").offered()[0], (1, 100));
}

#[test]
fn a_compressed_capture_is_unpacked() {
    let capture = raw(&[(0, udp(1, 2)), (SECOND, udp(2, 1))]);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&capture).expect("memory is writable");
    let packed = encoder.finish().expect("memory is writable");
    let said = run(&packed, "");
    assert_eq!((said.sent(), &said.notes()[..]), (2, "[]"));
    let cut = run(&packed[..packed.len() - 4], "");
    assert_eq!((cut.sent(), cut.count("cut off at the end")), (2, 1));
    assert!(cut.notes().contains("cut off in the middle of its gzip stream"), "{}", cut.notes());
}

#[test]
fn the_whole_packets_of_a_cut_capture_are_taken() {
    let capture = raw(&[(0, udp(1, 2)), (1, udp(1, 2)), (2, udp(1, 2))]);
    let said = run(&capture[..capture.len() - 1], "");
    assert_eq!((said.code, said.sent(), said.count("cut off at the end")), (0, 2, 1));
    let told = "cut off in the middle of packet 3, which begins at byte 256; the 2 whole packets before it are taken";
    assert!(said.notes().contains(told), "{}", said.notes());
    assert_eq!(run(&capture[..20], "").code, 2, "nothing is known of a capture without its header");
    let mut damaged = capture;
    damaged[24 + 8] = 0xFF; // of the captured length, of either byte order
    damaged[24 + 11] = 0xFF;
    let said = run(&damaged, "");
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("damaged in packet 1, which begins at byte 24"), "{}", said.stderr);
}

#[test]
fn offloaded_segments_are_cut_or_told() {
    let tcp = |length, total: u16| {
        let mut header = [0; 20];
        header[12] = 0x50;
        let mut packet = ip(6, length, 1, 2, &header);
        packet[2..4].copy_from_slice(&total.to_be_bytes());
        packet
    };
    let capture = raw(&[(0, tcp(4_380, 0)), (SECOND, tcp(2_920, 2_920)), (2 * SECOND, ip(17, 3_000, 1, 2, &[]))]);
    let whole = run(&capture, "");
    assert_eq!(whole.offered()[0], (0, 0));
    assert!(whole.notes().contains("2 TCP packets are above the MTU of p, 1500 B"), "{}", whole.notes());
    assert!(check(&capture, "").contains("segment_size = \"1500 B\" cuts them"));
    let cut = run(&capture, "segment_size = \"1500 B\"");
    assert_eq!(cut.offered()[0], (5, 4_380 + 2 * 40 + 2_920 + 40));
    assert_eq!((cut.count("TCP packets cut"), cut.count("segments made"), &cut.notes()[..]), (2, 5, "[]"));
    let large = run(&capture, "segment_size = \"2 kB\"");
    assert!(large.notes().contains("above the MTU of p, 1500 B"), "{}", large.notes());
    assert_eq!(run(&capture, "segment_size = \"60 B\"").code, 2);
    // Only packets that are sent cause a warning.
    let years = raw(&[(0, udp(1, 2)), (100_000_000 * SECOND, tcp(2_920, 2_920))]);
    let notes = run(&years, "").notes();
    assert!(notes.contains("the replay lasts 1157 d 09:46:40") && !notes.contains("MTU"), "{notes}");
}

#[test]
fn a_mapped_address_that_never_occurs_is_told_with_its_neighbour() {
    let capture = raw(&[(0, udp(1, 2)), (1, udp(2, 1)), (2, udp(17, 1))]);
    let told = check(&capture, "map = { \"192.0.2.18\" = \"b/h-7\", \"192.0.2.1\" = \"a/h-3\" }");
    assert!(told.contains("192.0.2.18 does not occur in the capture: `b/h-7` does not play it"), "{told}");
    assert!(told.contains("did you mean 192.0.2.17?") && !told.contains("192.0.2.1 does not"), "{told}");
    let far = check(&capture, "map = { \"8.8.8.8\" = \"b/h-7\" }");
    assert!(far.contains("8.8.8.8 does not occur") && !far.contains("did you mean"), "{far}");
}

#[test]
fn the_path_names_who_sends_and_who_receives() {
    let capture = raw(&[(0, udp(1, 2)), (1, udp(1, 3)), (2, udp(1, 2))]);
    let path = |keys| run(&capture, keys).report["traffic"][0]["path"].clone();
    assert_eq!(path(""), "a/h-1 -> b/h-1 (+1)");
    assert_eq!(path("map = { \"192.0.2.2\" = \"b/h-9\" }"), "a/h-1 -> b/h-9 (+1)");
    assert_eq!(path("count = 1"), "a/h-1 -> b/h-1");
}

#[test]
fn every_interface_of_a_replay_counts_with_a_name_or_without() {
    let told = |interfaces: &[Option<&'static str>]| check(&seen_at(interfaces), "");
    for (interfaces, count, hint) in [
        (&[Some("eth0"), Some("eth1")][..], 2, "interface = \"eth0\" takes what one of them saw"),
        (&[None, Some("eth1")], 2, "interface = \"eth1\" takes what one of them saw"),
        (&[None, None, Some("eth1")], 3, "interface = \"eth1\" takes what one of them saw"),
        (&[None, None], 2, "they have no names to choose one by"),
    ] {
        let told = told(interfaces);
        assert!(told.contains(&format!("the packets of {count} interfaces are replayed")), "{interfaces:?}: {told}");
        assert!(told.contains(hint), "{interfaces:?}: {told}");
    }
    for interfaces in [&[None][..], &[Some("eth0")], &[Some("eth0"), Some("eth0")]] {
        assert!(!told(interfaces).contains("are replayed:"), "{interfaces:?}");
    }
}

#[test]
fn speed_and_repeat_stretch_and_multiply_exactly() {
    let capture = raw(&[(0, udp(1, 2)), (2 * SECOND, udp(2, 1)), (4 * SECOND, udp(1, 2))]);
    // Passes of 4 s, 2 s apart; at double speed the second ends after 5 s.
    let twice = run(&capture, "speed = \"2\"\nrepeat = 2");
    assert_eq!((twice.sent(), twice.count("packets to replay"), &twice.notes()[..]), (6, 6, "[]"));
    assert_eq!(run(&capture, "speed = 2\nrepeat = 2\nstop = \"5 s\"").sent(), 5);
    // Ending in a later pass is the purpose of repeating; ending in the first causes a warning.
    let endless = run(&capture, "repeat = 1000000");
    assert_eq!((endless.sent(), &endless.notes()[..]), (5, "[]"));
    assert_eq!(endless.count("behind the end of the run"), 3_000_000 - 5);
    assert!(run(&capture, "speed = 0.25").notes().contains("1 of 3 packets lie behind the end"));
    for (keys, complaint) in [
        ("speed = 0", "`speed` cannot be 0"),
        ("speed = -1", "`speed` cannot be negative"),
        ("repeat = 0", "`repeat` cannot be 0"),
        ("repeat = 1000001", "`repeat` cannot be 1000001"),
        ("max_gap = \"0 s\"\nrepeat = 2", "all packets of the capture are of one instant"),
    ] {
        let wrong = run(&capture, keys);
        assert_eq!(wrong.code, 2, "{keys}");
        assert!(wrong.stderr.contains(complaint), "{keys}: {}", wrong.stderr);
    }
}
