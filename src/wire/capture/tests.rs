//! Hand-made captures: both formats, both byte orders, every link type, and what damage to them does.

use super::*;
use pcap_file::pcap::{PcapHeader, PcapPacket, PcapWriter, RawPcapPacket};
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::{InterfaceDescriptionBlock, InterfaceDescriptionOption};
use pcap_file::pcapng::blocks::section_header::SectionHeaderBlock;
use pcap_file::pcapng::blocks::simple_packet::SimplePacketBlock;
use pcap_file::pcapng::blocks::unknown::UnknownBlock;
use pcap_file::pcapng::{PcapNgBlock, PcapNgWriter};
use pcap_file::{DataLink, Endianness, TsResolution};
use std::borrow::Cow;
use std::time::Duration;

/// An IPv4 packet of `length` bytes without options.
fn ipv4(length: u16) -> Vec<u8> {
    let mut packet = vec![0; usize::from(length)];
    packet[0] = 0x45;
    packet[2..4].copy_from_slice(&length.to_be_bytes());
    packet[8] = 64;
    packet[9] = 17;
    packet
}

fn behind(link_header: &[u8], packet: &[u8]) -> Vec<u8> {
    [link_header, packet].concat()
}

const MACS: [u8; 12] = [2; 12];

fn ethernet(kinds: &[u8], packet: &[u8]) -> Vec<u8> {
    behind(&[&MACS, kinds].concat(), packet)
}

/// A pcap file of `(nanoseconds, length on the wire, data)`.
fn pcap(header: PcapHeader, packets: &[(u64, u32, Vec<u8>)]) -> Bytes {
    let mut writer = PcapWriter::with_header(Vec::new(), header).unwrap();
    for (nanos, original, data) in packets {
        writer.write_packet(&PcapPacket::new(Duration::from_nanos(*nanos), *original, data)).unwrap();
    }
    writer.into_writer().into()
}

fn one(link: DataLink, data: Vec<u8>) -> Result<Capture, CaptureError> {
    let header = PcapHeader { datalink: link, ..PcapHeader::default() };
    read(pcap(header, &[(0, data.len() as u32, data)]))
}

fn pcapng(order: Endianness, blocks: Vec<pcap_file::pcapng::Block<'static>>) -> Bytes {
    let mut writer = PcapNgWriter::with_endianness(Vec::new(), order).unwrap();
    for block in &blocks {
        writer.write_block(block).unwrap();
    }
    writer.into_inner().into()
}

fn described(link: DataLink, options: Vec<InterfaceDescriptionOption<'static>>) -> pcap_file::pcapng::Block<'static> {
    InterfaceDescriptionBlock { linktype: link, snaplen: 0, options }.into_block()
}

/// `pcap-file` takes ticks for nanoseconds, so a duration of `ticks` ns is written as `ticks`.
fn enhanced(interface_id: u32, ticks: u64, data: Vec<u8>) -> pcap_file::pcapng::Block<'static> {
    let (timestamp, original_len) = (Duration::from_nanos(ticks), data.len() as u32);
    EnhancedPacketBlock { interface_id, timestamp, original_len, data: Cow::Owned(data), options: vec![] }.into_block()
}

fn unknown(kind: u32, value: Vec<u8>) -> pcap_file::pcapng::Block<'static> {
    UnknownBlock { type_: kind, length: 0, value: Cow::Owned(value) }.into_block()
}

/// Times since the first packet.
fn times(capture: &Capture) -> Vec<u64> {
    capture.frames.iter().map(|frame| u64::try_from(frame.time - capture.frames[0].time).unwrap_or(u64::MAX)).collect()
}

#[test]
fn every_link_type_leads_to_the_packet() {
    let packet = ipv4(46);
    let sll = [&[0; 14][..], &[8, 0]].concat();
    let sll2 = [&[8, 0][..], &[0; 18]].concat();
    let frames = [
        (DataLink::ETHERNET, ethernet(&[8, 0], &packet)),
        (DataLink::RAW, packet.clone()),
        (DataLink::Unknown(12), packet.clone()),
        (DataLink::Unknown(14), packet.clone()),
        (DataLink::IPV4, packet.clone()),
        (DataLink::LINUX_SLL, behind(&sll, &packet)),
        (DataLink::LINUX_SLL2, behind(&sll2, &packet)),
        (DataLink::NULL, behind(&[2, 0, 0, 0], &packet)),
        (DataLink::NULL, behind(&[0, 0, 0, 2], &packet)),
        (DataLink::LOOP, behind(&[0, 0, 0, 2], &packet)),
        // The upper half announces a frame check sequence of two words, and it is present.
        (DataLink::Unknown(0x2400_0001), [ethernet(&[8, 0], &packet), vec![9; 4]].concat()),
    ];
    for (link, data) in frames {
        let capture = one(link, data).unwrap_or_else(|e| panic!("{link:?}: {e}"));
        assert_eq!(capture.frames.len(), 1, "{link:?}");
        assert_eq!((&capture.frames[0].ip[..], capture.frames[0].wire_length), (&packet[..], 46), "{link:?}");
    }
}

#[test]
fn tags_and_labels_are_counted_by_frame() {
    let packet = ipv4(40);
    let counts = |kinds: &[u8]| {
        let counts = one(DataLink::ETHERNET, ethernet(kinds, &packet)).unwrap().counts;
        (counts.ipv4, counts.vlan_tagged, counts.mpls_labelled, counts.ppp)
    };
    assert_eq!(counts(&[0x81, 0, 0, 7, 8, 0]), (1, 1, 0, 0));
    assert_eq!(counts(&[0x88, 0xA8, 0, 7, 0x81, 0, 0, 8, 0x91, 0, 0, 9, 8, 0]), (1, 1, 0, 0));
    assert_eq!(counts(&[0x88, 0x47, 0, 0, 0x10, 64, 0, 0, 0x11, 64]), (1, 0, 1, 0));
    let session = [0x81, 0, 0, 7, 0x88, 0x64, 0x11, 0, 0, 9, 0, 42, 0, 0x21];
    assert_eq!(counts(&session), (1, 1, 0, 1));
    let lines = one(DataLink::ETHERNET, ethernet(&session, &packet)).unwrap().counts.lines();
    assert!(lines.contains(&("PPPoE headers removed".to_owned(), 1)), "{lines:?}");
}

#[test]
fn what_is_not_ipv4_is_counted_and_what_is_broken_too() {
    let not = |link, data| one(link, data).unwrap().counts.not_ipv4;
    assert_eq!(not(DataLink::ETHERNET, ethernet(&[8, 6], &[0; 46])), 1, "ARP");
    assert_eq!(not(DataLink::ETHERNET, ethernet(&[0, 46], &[0; 46])), 1, "LLC");
    assert_eq!(not(DataLink::RAW, vec![0x60; 40]), 1, "IPv6");
    assert_eq!(not(DataLink::NULL, behind(&[30, 0, 0, 0], &[0x60; 40])), 1, "IPv6 on macOS");

    let broken = |data: Vec<u8>| one(DataLink::RAW, data).unwrap().counts.malformed;
    let with = |at: usize, value: u8| {
        let mut packet = ipv4(40);
        packet[at] = value;
        packet
    };
    assert_eq!(one(DataLink::RAW, vec![]).unwrap().counts.empty, 1, "nothing");
    assert_eq!(broken(ipv4(40)[..19].to_vec()), 1, "header not whole");
    assert_eq!(broken(with(0, 0x44)), 1, "header length 16");
    assert_eq!(broken(with(0, 0x4F)), 1, "header longer than the packet");
    assert_eq!(broken(with(0, 0x55)), 1, "version 5");
    assert_eq!(broken(with(3, 19)), 1, "total length below the header's");
    assert_eq!(broken(with(3, 41)), 1, "total length above the frame's");
    for link in [DataLink::ETHERNET, DataLink::LINUX_SLL, DataLink::LINUX_SLL2, DataLink::NULL, DataLink::RAW] {
        for length in 0..60 {
            let counts = one(link, vec![8; length]).unwrap().counts;
            assert_eq!(
                counts.ipv4 + counts.not_ipv4 + counts.malformed + counts.empty,
                1,
                "{link:?} of {length} bytes"
            );
        }
    }
    assert_eq!(one(DataLink::ETHERNET, vec![2; 13]).unwrap().counts.malformed, 1, "link header not whole");
    assert_eq!(one(DataLink::ETHERNET, ethernet(&[0x81, 0, 0], &[])).unwrap().counts.malformed, 1, "tag not whole");
}

#[test]
fn padding_goes_and_offload_gets_its_length() {
    let padded = one(DataLink::ETHERNET, ethernet(&[8, 0], &[ipv4(29), vec![0xEE; 17]].concat())).unwrap();
    assert_eq!((padded.frames[0].ip.len(), padded.frames[0].wire_length), (29, 29));
    let mut offloaded = ipv4(3000);
    offloaded[2..4].fill(0);
    let capture = one(DataLink::ETHERNET, ethernet(&[8, 0], &offloaded)).unwrap();
    assert_eq!((capture.frames[0].wire_length, capture.counts.without_length), (3000, 1));
    // Longer than the field can say, up to what offload hands over.
    let big = |original: u32| {
        let header = PcapHeader { datalink: DataLink::RAW, ..PcapHeader::default() };
        read(pcap(header, &[(0, original, offloaded.clone())])).unwrap()
    };
    assert_eq!(big(500_000).frames[0].wire_length, 500_000);
    assert_eq!(big(600_000).counts.malformed, 1);
}

#[test]
fn both_resolutions_and_byte_orders_of_pcap() {
    for endianness in [Endianness::Big, Endianness::Little] {
        for (ts_resolution, step) in [(TsResolution::MicroSecond, 1_000), (TsResolution::NanoSecond, 1)] {
            let header = PcapHeader { endianness, ts_resolution, datalink: DataLink::RAW, ..PcapHeader::default() };
            let start = 1_700_000_000_999_999_000;
            let capture = read(pcap(header, &[(start, 40, ipv4(40)), (start + 7 * step, 40, ipv4(40))])).unwrap();
            assert_eq!(times(&capture), [0, 7 * step]);
        }
    }
}

#[test]
fn snapped_packets_are_kept_even_beyond_the_snap_length() {
    let header = PcapHeader { snaplen: 34, ..PcapHeader::default() };
    let data = ethernet(&[8, 0], &ipv4(1500))[..34].to_vec();
    let capture = read(pcap(header, &[(0, 1514, data)])).unwrap();
    assert_eq!((capture.counts.snapped, capture.counts.bytes), (1, 1500));
    assert_eq!((capture.frames[0].ip.len(), capture.frames[0].wire_length), (20, 1500));
}

#[test]
fn frames_out_of_order_are_sorted_and_counted() {
    let header = PcapHeader { datalink: DataLink::RAW, ts_resolution: TsResolution::NanoSecond, ..Default::default() };
    let at = |nanos, length| (nanos, u32::from(length), ipv4(length));
    let capture = read(pcap(header, &[at(50, 40), at(90, 41), at(40, 42), at(50, 43), at(90, 44)])).unwrap();
    let order: Vec<u32> = capture.frames.iter().map(|frame| frame.wire_length).collect();
    assert_eq!(order, [42, 40, 43, 41, 44]);
    assert_eq!((times(&capture), capture.counts.out_of_order), (vec![0, 10, 10, 50, 50], 1));
}

/// Zeros after the last packet, and ARP a day early: only IPv4 packets move the clock.
#[test]
fn what_is_left_out_does_not_move_the_clock() {
    const DAY: u64 = 86_400_000_000_000;
    let header = PcapHeader { ts_resolution: TsResolution::NanoSecond, ..PcapHeader::default() };
    let (arp, packet) = (ethernet(&[8, 6], &[0; 46]), ethernet(&[8, 0], &ipv4(46)));
    let packets = [(DAY, 60, arp.clone()), (2 * DAY, 60, packet.clone()), (2 * DAY + 5, 60, packet)];
    for zeros in [0, 16, 40, 16_005] {
        let file = [&pcap(header, &packets)[..], &vec![0; zeros]].concat();
        let capture = read(file.into()).unwrap();
        assert_eq!((times(&capture), capture.length.as_nanos()), (vec![0, 5], 5), "{zeros} zeros");
        assert_eq!(capture.counts.empty, zeros.div_ceil(16) as u64);
        assert_eq!((capture.cut, capture.counts.malformed), (None, 0));
    }
    let alone = read(pcap(header, &[(DAY, 60, arp.clone()), (3 * DAY, 60, arp)])).unwrap();
    assert_eq!((alone.frames.len(), alone.length.as_nanos()), (0, 2 * DAY), "nothing is IPv4: the length of all");

    // A simple packet has no stamp: it takes that of the previous IPv4 packet, whatever was left out in between.
    let simple = SimplePacketBlock { original_len: 60, data: Cow::Owned(ethernet(&[8, 0], &ipv4(46))) }.into_block();
    let other = ethernet(&[8, 6], &[0; 46]);
    let [first, last] = [7, 9].map(|tick| enhanced(0, tick, ethernet(&[8, 0], &ipv4(46))));
    let blocks = vec![described(DataLink::ETHERNET, vec![]), first, enhanced(0, 1, other), simple, last];
    let file = [&pcapng(Endianness::Little, blocks)[..], &[0; 64]].concat();
    let capture = read(file.into()).unwrap();
    assert_eq!((times(&capture), capture.counts.empty), (vec![0, 0, 2_000], 1));
}

#[test]
fn pcapng_in_both_byte_orders_with_every_packet_block() {
    for order in [Endianness::Big, Endianness::Little] {
        let microseconds = described(DataLink::RAW, vec![]);
        let nanoseconds = described(DataLink::ETHERNET, vec![InterfaceDescriptionOption::IfTsResol(9)]);
        let simple = SimplePacketBlock { original_len: 41, data: Cow::Owned(ipv4(41)) }.into_block();
        let u32s = |words: &[u32]| -> Vec<u8> {
            let bytes = words.iter().map(|w| if order.is_big() { w.to_be_bytes() } else { w.to_le_bytes() });
            bytes.flatten().collect()
        };
        // Interface and drop counter share the first word: both 0. The stamp is 2³² + 2 µs.
        let obsolete = unknown(2, [u32s(&[0, 1, 2, 40, 40]), ipv4(40)].concat());
        let stamp = (1 << 32) + 1;
        let capture = read(pcapng(
            order,
            vec![
                microseconds,
                nanoseconds,
                enhanced(0, stamp, ipv4(40)),
                simple,
                unknown(0x0BAD, vec![1, 2, 3]),
                obsolete,
                enhanced(1, (stamp + 3) * 1_000 + 4, ethernet(&[8, 0], &ipv4(40))),
            ],
        ))
        .unwrap();
        assert_eq!(times(&capture), [0, 0, 1_000, 3_004], "{order:?}");
        assert_eq!((capture.frames[1].ip.len(), capture.counts.unstamped), (41, 1));
    }
}

#[test]
fn options_that_the_format_allows_are_no_damage() {
    // An if_tsresol of 10⁻³ s and no end mark after it; a zone of four bytes, which `pcap-file` refuses.
    let options = [9u16, 1, 3, 0, 10, 4, 0, 0].map(u16::to_le_bytes).concat();
    let body = [&[101, 0, 0, 0, 0, 0, 0, 0][..], &options].concat();
    // A comment that is not UTF-8, on a packet at tick 7, again without an end mark.
    let comment = [&[1, 0, 2, 0][..], &[0xFF, 0xFE, 0, 0]].concat();
    let fields = [0u32, 0, 7, 40, 40].map(u32::to_le_bytes).concat();
    let commented = unknown(6, [fields, ipv4(40), comment].concat());
    let first = [[0u32, 0, 5, 40, 40].map(u32::to_le_bytes).concat(), ipv4(40)].concat();
    let blocks = vec![unknown(1, body), unknown(6, first), commented];
    assert_eq!(times(&read(pcapng(Endianness::Little, blocks)).unwrap()), [0, 2_000_000]);
}

#[test]
fn every_resolution_is_read_without_overflow() {
    for resolution in 0..=255 {
        let option = InterfaceDescriptionOption::IfTsResol(resolution);
        let offset = InterfaceDescriptionOption::IfTsOffset(u64::MAX);
        let blocks = vec![
            described(DataLink::RAW, vec![option, offset]),
            enhanced(0, 0, ipv4(40)),
            enhanced(0, 1 << 20, ipv4(40)),
            enhanced(0, u64::MAX, ipv4(40)),
        ];
        let times = times(&read(pcapng(Endianness::Little, blocks)).unwrap());
        let exact = match resolution {
            0 => 1_048_576_000_000_000,
            9 => 1_048_576,
            0x80 => 1_048_576_000_000_000,
            0x8A => 1_024_000_000_000,
            _ => times[1],
        };
        assert_eq!(times[1], exact, "{resolution}");
    }
}

#[test]
fn sections_begin_anew() {
    let first = pcapng(Endianness::Big, vec![described(DataLink::RAW, vec![]), enhanced(0, 1, ipv4(40))]);
    let second = pcapng(Endianness::Little, vec![described(DataLink::ETHERNET, vec![]), enhanced(0, 2, ipv4(40))]);
    let both = read([first.clone(), second].concat().into()).unwrap();
    assert_eq!(
        (both.counts.frames, both.counts.ipv4),
        (2, 1),
        "the second section's frame is no Ethernet frame of IPv4"
    );
    let headless = SectionHeaderBlock { endianness: Endianness::Little, ..Default::default() };
    let mut writer = PcapNgWriter::with_section_header(Vec::new(), headless).unwrap();
    writer.write_block(&unknown(6, vec![0; 20])).unwrap();
    let error = read([first, writer.into_inner().into()].concat().into()).unwrap_err();
    assert!(error.to_string().contains("its interface has not been described"), "{error}");
}

#[test]
fn unsupported_links_are_counted_among_others_and_refused_alone() {
    let wifi = || described(DataLink::IEEE802_11, vec![]);
    let error = read(pcapng(Endianness::Big, vec![wifi(), enhanced(0, 0, ipv4(40))])).unwrap_err();
    assert_eq!(error.to_string(), "the packets of the capture are of link type 105 (IEEE802_11), which cannot be read");
    assert_eq!(one(DataLink::IEEE802_11, ipv4(40)).unwrap_err(), error);
    let mixed = vec![wifi(), described(DataLink::RAW, vec![]), enhanced(0, 0, ipv4(40)), enhanced(1, 1, ipv4(40))];
    let counts = read(pcapng(Endianness::Big, mixed)).unwrap().counts;
    assert_eq!((counts.ipv4, counts.unsupported_link), (1, 1));
}

#[test]
fn errors_say_what_is_wrong_and_where() {
    let says = |file: &[u8]| read(Bytes::copy_from_slice(file)).unwrap_err().to_string();
    assert_eq!(says(b""), "the file is empty");
    assert_eq!(
        says(b"name = \"quick start\""),
        "the file is not a capture: it begins with 6e 61 6d 65, and neither pcap nor pcapng does"
    );
    let header = PcapHeader { datalink: DataLink::RAW, ..PcapHeader::default() };
    let whole = pcap(header, &[(0, 40, ipv4(40)), (0, 40, ipv4(40))]);
    assert_eq!(says(&whole[..23]), "the capture is cut off in the middle of its header");
    let version = PcapHeader { version_major: 3, ..header };
    assert_eq!(says(&pcap(version, &[])), "the file is pcap version 3; only version 2 is known");

    let mut writer = PcapWriter::with_header(Vec::new(), header).unwrap();
    let incl_len = 4_000_000_000;
    let absurd = RawPcapPacket { ts_sec: 0, ts_frac: 0, incl_len, orig_len: 40, data: Cow::Owned(ipv4(40)) };
    writer.write_raw_packet(&absurd).unwrap();
    assert_eq!(
        says(&writer.into_writer()),
        "the capture is damaged in packet 1, which begins at byte 24: it claims 4000000000 captured bytes, \
         and no packet \
         is longer than 262144"
    );
    let zstd = read(Bytes::from_static(&[0x28, 0xB5, 0x2F, 0xFD, 4])).unwrap_err();
    assert!(zstd.hint().is_some_and(|hint| hint.contains("a zstd file; unpack it")), "{:?}", zstd.hint());
}

fn compressed(file: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, file).unwrap();
    encoder.finish().unwrap()
}

/// Every cut: the whole packets before it are taken, and the cut is reported unless it falls between two packets.
#[test]
fn the_whole_packets_of_a_cut_pcap_are_taken() {
    let header = PcapHeader { datalink: DataLink::RAW, ..PcapHeader::default() };
    // Stamps of 0: a cut may leave only zeros of a record.
    let whole = pcap(header, &[(0, 40, ipv4(40)), (0, 41, ipv4(41)), (0, 300, ipv4(42))]);
    let ends = [24, 80, 137, 195];
    for n in 24..=whole.len() {
        let capture = read(whole.slice(..n)).unwrap();
        let before = ends.iter().filter(|end| **end <= n).count() as u64 - 1;
        assert_eq!(capture.counts.ipv4, before, "cut at {n}");
        let is_cut = !ends.contains(&n);
        assert_eq!(capture.cut.is_some(), is_cut, "cut at {n}");
    }
    let cut = read(whole.slice(..130)).unwrap();
    assert_eq!(cut.cut.as_deref(), Some("in the middle of packet 2, which begins at byte 80"));
    assert!(cut.lines().contains(&("cut off at the end".to_owned(), 1)));

    // Compressed, every cut leaves a beginning of the file; one after the last packet is still a cut.
    let packed = compressed(&whole);
    assert_eq!(read(packed.clone().into()).unwrap().counts.ipv4, 3);
    let short = read(packed[..packed.len() - 1].to_vec().into()).unwrap();
    assert_eq!(short.counts.ipv4, 3);
    assert_eq!(short.cut.as_deref(), Some("in the middle of its gzip stream"));
    assert_eq!(read(packed[..8].to_vec().into()).unwrap_err(), CaptureError::Cut);
}

/// A nonsense length swallows what follows: that is not a cut.
#[test]
fn a_length_that_reaches_beyond_the_file_is_damage_if_it_contradicts_the_other() {
    let header = PcapHeader { datalink: DataLink::RAW, endianness: Endianness::Little, ..PcapHeader::default() };
    let mut file = pcap(header, &[(0, 40, ipv4(40)), (0, 41, ipv4(41))]).to_vec();
    file[24 + 8 + 1] = 1;
    let error = read(file.into()).unwrap_err().to_string();
    assert!(error.contains("packet 1, which begins at byte 24: it claims 296 captured bytes of 40"), "{error}");

    let blocks = vec![described(DataLink::RAW, vec![]), enhanced(0, 1, ipv4(40)), enhanced(0, 2, ipv4(40))];
    let whole = pcapng(Endianness::Big, blocks);
    // Section header 28, interface 20; then the block's length, captured length and length on the wire.
    for (at, byte, reason) in [
        (48 + 4, 0xFF, "no block is longer"),
        (48 + 5, 0x0F, "bytes of options"),
        (48 + 21, 0x0F, "no packet is longer"),
        (48 + 22, 0x01, "it claims 296 captured bytes of 40"),
    ] {
        let mut bytes = whole.to_vec();
        bytes[at] = byte;
        if at > 52 {
            bytes[48 + 6] = 1; // the block reaches beyond the file
        }
        let error = read(bytes.into()).unwrap_err().to_string();
        assert!(error.contains(reason), "{at}: {error}");
    }
}

/// Every cut and every flipped byte of a small pcapng file.
#[test]
fn damaged_pcapng_neither_panics_nor_passes_for_whole() {
    let blocks =
        vec![described(DataLink::RAW, vec![InterfaceDescriptionOption::IfTsResol(9)]), enhanced(0, 1, ipv4(41))];
    let whole = pcapng(Endianness::Little, blocks);
    // Whole blocks: section header 28, interface 32 with its options.
    for n in 0..=whole.len() {
        match read(whole.slice(..n)) {
            Ok(capture) => {
                assert_eq!(capture.cut.is_none(), [28, 60, whole.len()].contains(&n), "cut at {n}");
                assert_eq!(capture.counts.ipv4 == 1, n == whole.len(), "cut at {n}");
            }
            Err(CaptureError::Cut | CaptureError::Empty | CaptureError::NotACapture { .. }) => assert!(n < 28),
            Err(other) => panic!("cut at {n}: {other}"),
        }
    }
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut bytes = whole.to_vec();
            bytes[at] ^= flip;
            if let Ok(capture) = read(bytes.into()) {
                assert!(capture.counts.frames <= 1);
            }
        }
    }
}

#[test]
fn frames_share_the_memory_of_the_file() {
    let header = PcapHeader { datalink: DataLink::RAW, ..PcapHeader::default() };
    let file = pcap(header, &[(0, 40, ipv4(40))]);
    let capture = read(file.clone()).unwrap();
    assert_eq!(capture.frames[0].ip.as_ptr(), file[40..].as_ptr());
    assert_eq!(capture.counts.lines(), [("frames in the capture".to_owned(), 1), ("IPv4 packets".to_owned(), 1)]);
}
