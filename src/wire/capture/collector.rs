//! Takes the records of a capture in file order and keeps the IPv4 packets in time order. It knows neither file formats
//! nor link layers.

use super::layer::{self, Content};
use super::{Capture, CaptureCounts, CaptureError, CapturedFrame, link};
use crate::units::SimDuration;
use bytes::Bytes;
use pnet::packet::ipv4::Ipv4Packet;
use std::collections::BTreeSet;

/// The longest packet that segmentation offload hands over without a total length (Linux's `GSO_MAX_SIZE`).
const OFFLOADED_MAX: usize = 8 * 65_535;

/// One record of either format.
pub(super) struct Record<'a> {
    /// Nanoseconds since 1970; simple packet blocks have none.
    pub stamp: Option<i128>,
    pub link: u32,
    pub data: &'a [u8],
    /// Length on the wire.
    pub original: u32,
}

/// Earliest and latest of some stamps.
#[derive(Default)]
struct TimeRange(Option<(i128, i128)>);

impl TimeRange {
    fn add(&mut self, stamp: i128) {
        let (first, last) = self.0.unwrap_or((stamp, stamp));
        self.0 = Some((first.min(stamp), last.max(stamp)));
    }
}

/// What was taken so far.
pub(super) struct Collector {
    pub counts: CaptureCounts,
    file: Bytes,
    frames: Vec<(Option<i128>, CapturedFrame)>,
    /// Of all packets.
    span: TimeRange,
    /// Of the IPv4 packets.
    kept_span: TimeRange,
    /// The stamp of the previous record.
    previous: Option<i128>,
    /// The stamp of the previous IPv4 packet: packets that are left out must not move the clock.
    kept: Option<i128>,
    unsupported: Option<u32>,
    cut: Option<String>,
    /// The name of the interfaces whose packets are wanted; all are if none is named.
    wanted: Option<String>,
    /// The names of all interfaces.
    names: BTreeSet<String>,
    /// The names of those that IPv4 packets were taken from, and the numbers of those that have no name.
    taken_from: BTreeSet<String>,
    unnamed: BTreeSet<usize>,
}

impl Collector {
    pub(super) fn new(file: Bytes, interface: Option<&str>) -> Collector {
        Collector {
            wanted: interface.map(str::to_owned),
            names: BTreeSet::new(),
            taken_from: BTreeSet::new(),
            unnamed: BTreeSet::new(),
            counts: CaptureCounts::default(),
            file,
            frames: Vec::new(),
            span: TimeRange::default(),
            kept_span: TimeRange::default(),
            previous: None,
            kept: None,
            unsupported: None,
            cut: None,
        }
    }

    /// Takes a record of an interface: its number in its section, and its name if it has one.
    pub(super) fn add_from(&mut self, (number, name): (usize, Option<&str>), record: Record<'_>) {
        let before = self.counts.ipv4;
        self.add(record);
        match name {
            _ if self.counts.ipv4 == before => {}
            Some(name) if self.taken_from.contains(name) => {}
            Some(name) => self.taken_from.extend([name.to_owned()]),
            None => self.unnamed.extend([number]),
        }
    }

    pub(super) fn add(&mut self, record: Record<'_>) {
        if record.data.is_empty() && record.original == 0 {
            return self.pad();
        }
        self.counts.frames += 1;
        // Some writers leave the length on the wire at 0.
        let original = (record.original as usize).max(record.data.len());
        self.counts.snapped += u64::from(record.data.len() < original);
        self.note_stamp(record.stamp);
        let Some(first) = link::first_layer(record.link) else {
            self.counts.unsupported_link += 1;
            self.unsupported.get_or_insert(record.link);
            return;
        };
        let peeled = layer::peel(first, record.data);
        self.counts.vlan_tagged += u64::from(peeled.removed.vlan);
        self.counts.mpls_labelled += u64::from(peeled.removed.mpls);
        self.counts.ppp += u64::from(peeled.removed.ppp);
        match peeled.content {
            Content::Ipv4(data) => self.add_ipv4(record.stamp, data, original - (record.data.len() - data.len())),
            Content::Other => self.counts.not_ipv4 += 1,
            Content::Short => self.counts.malformed += 1,
        }
    }

    /// Notes an interface; answers whether its packets are wanted.
    pub(super) fn describe(&mut self, name: Option<&str>) -> bool {
        self.names.extend(name.map(str::to_owned));
        self.wanted.is_none() || self.wanted.as_deref() == name
    }

    /// Counts a record of an interface that is not wanted.
    pub(super) fn pass_over(&mut self) {
        self.counts.frames += 1;
        self.counts.elsewhere += 1;
    }

    /// Counts a record that holds nothing.
    pub(super) fn pad(&mut self) {
        self.counts.frames += 1;
        self.counts.empty += 1;
    }

    /// The file ends inside `item`, which begins at byte `offset`.
    pub(super) fn end_early(&mut self, item: String, offset: usize) {
        self.cut = Some(format!("in the middle of {item}, which begins at byte {offset}"));
    }

    fn note_stamp(&mut self, stamp: Option<i128>) {
        let Some(stamp) = stamp else {
            self.counts.unstamped += 1;
            return;
        };
        self.counts.out_of_order += u64::from(self.previous.is_some_and(|previous| stamp < previous));
        self.previous = Some(stamp);
        self.span.add(stamp);
    }

    fn add_ipv4(&mut self, stamp: Option<i128>, data: &[u8], on_wire: usize) {
        let Some(wire_length) = wire_length(data, on_wire) else {
            self.counts.malformed += 1;
            return;
        };
        self.counts.ipv4 += 1;
        self.counts.bytes += u64::from(wire_length);
        self.counts.without_length += u64::from(data[2..4] == [0, 0]);
        if let Some(stamp) = stamp {
            self.kept = Some(stamp);
            self.kept_span.add(stamp);
        }
        // Short Ethernet frames are padded to 60 bytes: bytes beyond the total length are not part of the packet.
        let ip = self.file.slice_ref(&data[..data.len().min(wire_length as usize)]);
        // A packet without a stamp takes the stamp of the previous one.
        self.frames.push((self.kept, CapturedFrame { time: 0, ip, wire_length }));
    }

    pub(super) fn finish(mut self) -> Result<Capture, CaptureError> {
        if let Some(name) = self.wanted.take_if(|name| !self.names.contains(name)) {
            return Err(CaptureError::NoInterface { name, names: self.names.into_iter().collect() });
        }
        if let Some(link) = self.unsupported.filter(|_| self.counts.unsupported_link == self.counts.frames) {
            return Err(CaptureError::unsupported(link));
        }
        self.frames.sort_by_key(|(stamp, _)| *stamp);
        let start = self.kept_span.0.map_or(0, |(first, _)| first);
        let timed =
            self.frames.into_iter().map(|(stamp, frame)| CapturedFrame { time: stamp.unwrap_or(start), ..frame });
        let frames: Vec<CapturedFrame> = timed.collect();
        let span = if frames.is_empty() { self.span } else { self.kept_span };
        let nanos = span.0.map_or(0, |(first, last)| u64::try_from(last - first).unwrap_or(u64::MAX));
        Ok(Capture {
            frames,
            counts: self.counts,
            length: SimDuration::from_nanos(nanos),
            cut: self.cut,
            taken_from: self.taken_from.into_iter().collect(),
            unnamed: self.unnamed.len(),
        })
    }
}

/// The total length of the IPv4 packet at the start of `data`, or `None` if its header is not whole or contradicts the
/// `on_wire` bytes that the frame had for it (RFC 1122 §3.2.1: a host discards such packets).
fn wire_length(data: &[u8], on_wire: usize) -> Option<u32> {
    let packet = Ipv4Packet::new(data)?;
    let header = usize::from(packet.get_header_length()) * 4;
    let total = match usize::from(packet.get_total_length()) {
        0 => on_wire,
        stated => stated,
    };
    let is_whole = packet.get_version() == 4 && header >= Ipv4Packet::minimum_packet_size() && header <= data.len();
    let is_consistent = header <= total && total <= on_wire && total <= OFFLOADED_MAX;
    (is_whole && is_consistent).then_some(total as u32)
}
