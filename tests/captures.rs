//! Real captures against the counts of an independent reader (SOURCES.md beside the data), and the effect of damage.
//! The data is not part of the repository: without it there is nothing to test.

use bytes::Bytes;
use pnet::packet::ip::IpNextHeaderProtocols;
use pnet::packet::ipv4::{self, Ipv4Packet};
use pnet::packet::tcp::{self, TcpPacket};
use pnet::packet::udp::{self, UdpPacket};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use vpcsim::wire::capture::{self, CaptureError};
use vpcsim::wire::rewrite::readdress;

/// One row of the table of sources.
struct Stated {
    path: String,
    what: String,
}

impl Stated {
    /// The number in front of `words`.
    fn number(&self, words: &str) -> Option<u64> {
        let before = self.what.split_once(words)?.0;
        before.rsplit([' ', ',']).next()?.parse().ok()
    }
}

fn data() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !folder.join("pcap").is_dir() {
        println!("skipped: no captures in {}", folder.display());
        return None;
    }
    Some(folder)
}

/// Every capture that the table of sources lists, with its row.
fn captures() -> Vec<(Stated, Bytes)> {
    let Some(folder) = data() else { return Vec::new() };
    let table = std::fs::read_to_string(folder.join("SOURCES.md")).expect("SOURCES.md stands beside the data");
    let rows = table.lines().filter(|line| line.starts_with("| pcap/"));
    let rows = rows.map(|line| {
        let cells: Vec<&str> = line.split(" | ").collect();
        Stated { path: cells[0].trim_start_matches("| ").to_owned(), what: cells[4].to_owned() }
    });
    let read = |stated: Stated| {
        let bytes = std::fs::read(folder.join(&stated.path)).expect("the table lists files that exist");
        (stated, Bytes::from(bytes))
    };
    rows.map(read).collect()
}

#[test]
fn counts_are_those_of_the_table() {
    for (stated, file) in captures() {
        let capture = capture::read(file).unwrap_or_else(|e| panic!("{}: {e}", stated.path));
        let counts = capture.counts;
        println!("{}: {counts:?}", stated.path);
        assert_eq!(Some(counts.frames), stated.number(" packets,"), "{}: packets", stated.path);
        let (packets, bytes) = (stated.number(" IPv4 ("), stated.number(" IPv4 bytes"));
        if counts.mpls_labelled == 0 {
            assert_eq!((Some(counts.ipv4), Some(counts.bytes)), (packets, bytes), "{}: IPv4 packets", stated.path);
        } else {
            // The independent reader did not look behind labels.
            assert!(Some(counts.ipv4) > packets && Some(counts.bytes) > bytes, "{}: IPv4 packets", stated.path);
        }
        for (words, counted) in [(" packets snapped", counts.snapped), (" out of time order", counts.out_of_order)] {
            assert_eq!(stated.number(words).unwrap_or(counted), counted, "{}:{words}", stated.path);
        }
        assert_eq!(counts.ipv4, capture.frames.len() as u64);
        assert_eq!(counts.bytes, capture.frames.iter().map(|f| u64::from(f.wire_length)).sum::<u64>());
        assert!(capture.frames.is_sorted_by_key(|f| f.time), "{}: order", stated.path);
    }
}

/// Whether the TCP or UDP checksum of a whole, unfragmented packet is right; `None` if there is none to check.
fn transport_is_right(ip: &[u8]) -> Option<bool> {
    let packet = Ipv4Packet::new(ip)?;
    let whole = usize::from(packet.get_total_length()) == ip.len();
    if !whole || packet.get_fragment_offset() != 0 || packet.get_flags() & 1 != 0 {
        return None;
    }
    let (source, destination) = (packet.get_source(), packet.get_destination());
    let segment = ip.get(usize::from(packet.get_header_length()) * 4..)?;
    match packet.get_next_level_protocol() {
        IpNextHeaderProtocols::Tcp => {
            let segment = TcpPacket::new(segment)?;
            Some(segment.get_checksum() == tcp::ipv4_checksum(&segment, &source, &destination))
        }
        IpNextHeaderProtocols::Udp => {
            let datagram = UdpPacket::new(segment)?;
            let stated = datagram.get_checksum();
            let fresh = udp::ipv4_checksum(&datagram, &source, &destination);
            (stated != 0).then_some(stated == if fresh == 0 { 0xFFFF } else { fresh })
        }
        _ => None,
    }
}

#[test]
fn readdressing_keeps_right_checksums_right() {
    let (source, destination) = (Ipv4Addr::new(192, 168, 1, 10), Ipv4Addr::new(10, 0, 1, 10));
    let (mut right, mut wrong) = (0, 0);
    for (stated, file) in captures() {
        let capture = capture::read(file).expect("read before");
        for frame in &capture.frames {
            let length = u16::try_from(frame.wire_length).expect("no capture of ours holds longer packets");
            let new = readdress(&frame.ip, length, source, destination);
            let header = Ipv4Packet::new(&new).expect("an IPv4 header");
            assert_eq!((header.get_source(), header.get_destination()), (source, destination));
            assert_eq!(header.get_checksum(), ipv4::checksum(&header), "{}: header", stated.path);
            assert_eq!(new.len(), frame.ip.len());
            match transport_is_right(&frame.ip) {
                Some(true) => {
                    right += 1;
                    assert_eq!(transport_is_right(&new), Some(true), "{}: transport", stated.path);
                }
                Some(false) => wrong += 1,
                None => {}
            }
        }
    }
    println!("{right} right checksums stayed right; {wrong} were wrong before");
}

/// A pcap file cut at the end of a record is a whole capture; cut anywhere else, it is reported as cut.
#[test]
fn a_cut_capture_says_so() {
    for (stated, file) in captures().into_iter().filter(|(_, file)| file.len() < 20_000) {
        let whole = capture::read(file.clone()).expect("read before").counts.frames;
        let is_whole = (0..=file.len()).filter(|n| match capture::read(file.slice(..*n)) {
            Ok(capture) => capture.cut.is_none(),
            Err(CaptureError::Cut | CaptureError::Empty | CaptureError::NotACapture { .. }) => false,
            Err(other) => panic!("{} cut at {n}: {other}", stated.path),
        });
        assert_eq!(is_whole.count() as u64, whole + 1, "{}", stated.path);
    }
}

/// Where the blocks of a pcapng file end: each states its length after its type.
fn block_ends(file: &[u8]) -> BTreeSet<usize> {
    let length = |at: usize| {
        let bytes = file[at + 4..at + 8].try_into().expect("four bytes");
        // The byte order is that of the magic number in the first block.
        let read = if file[8] == 0x4D { u32::from_le_bytes } else { u32::from_be_bytes };
        read(bytes) as usize
    };
    let mut ends = BTreeSet::new();
    let mut at = 0;
    while at < file.len() {
        at += length(at);
        ends.insert(at);
    }
    ends
}

/// A pcapng file cut at the end of a block is whole; cut anywhere else after its first block, it is reported as cut.
#[test]
fn a_cut_pcapng_says_so() {
    // A pcapng file begins with these bytes, whatever its name.
    for (stated, file) in captures().into_iter().filter(|(_, file)| file.starts_with(b"\n\r\r\n")) {
        let ends = block_ends(&file);
        assert_eq!(ends.last(), Some(&file.len()), "{}: blocks", stated.path);
        let first = *ends.first().expect("a block");
        let some_ends = ends.iter().copied().step_by(1 + ends.len() / 50);
        for n in (1..file.len()).step_by(file.len() / 50).chain(some_ends) {
            match capture::read(file.slice(..n)) {
                Ok(part) => assert_eq!(part.cut.is_none(), ends.contains(&n), "{} cut at {n}", stated.path),
                Err(CaptureError::Cut | CaptureError::NotACapture { .. }) => {
                    assert!(n < first, "{} cut at {n}, behind its first block", stated.path)
                }
                Err(other) => panic!("{} cut at {n}: {other}", stated.path),
            }
        }
    }
}

#[test]
fn damage_never_panics_and_never_loops() {
    for (_, file) in captures() {
        // Every byte of the smallest files, a sample of the others.
        for at in (0..file.len().min(300_000)).step_by(1 + file.len() / 1_000) {
            let mut bytes = file[..file.len().min(at + 2_000)].to_vec();
            bytes[at] ^= 0xFF;
            let Ok(capture) = capture::read(Bytes::from(bytes)) else { continue };
            for frame in &capture.frames {
                assert!(frame.ip.len() >= 20 && frame.ip.len() <= frame.wire_length as usize);
                let length = u16::try_from(frame.wire_length).unwrap_or(u16::MAX);
                readdress(&frame.ip, length, Ipv4Addr::LOCALHOST, Ipv4Addr::BROADCAST);
            }
        }
    }
}
