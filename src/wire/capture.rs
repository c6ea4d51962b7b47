//! Reads the IPv4 packets out of a pcap or pcapng capture, gzip-compressed or not, without copying them. No protocol
//! above IPv4, no file access: the caller brings the bytes.
//!
//! `pcap-file` cuts the file into records and blocks. Its slice parsers are used, not its readers: those copy through a
//! buffer of 8 MB, refuse larger blocks and report the same error forever. Records are taken raw, because the checks on
//! its parsed records refuse every packet longer than the snap length, and so every snapped capture.

mod blocks;
mod collector;
mod counts;
mod error;
mod gzip;
mod layer;
mod link;
mod records;
#[cfg(test)]
mod tests;
pub mod write;

pub use counts::CaptureCounts;
pub use error::CaptureError;

use crate::units::SimDuration;
use byteorder::{BigEndian, ByteOrder, LittleEndian};
use bytes::Bytes;
use collector::{Collector, Record};
use pcap_file::Endianness;

/// libpcap's `MAXIMUM_SNAPLEN`: no IP link type holds a longer packet, so a longer one is damage rather than a huge
/// packet whose end is missing.
const LONGEST_PACKET: u32 = 262_144;

/// First bytes of a pcapng file; the same in both byte orders.
const PCAPNG: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];

/// What a capture holds.
#[derive(Debug, Clone)]
pub struct Capture {
    /// The IPv4 packets, ordered by time; packets of the same time in file order.
    pub frames: Vec<CapturedFrame>,
    /// What was read, in numbers.
    pub counts: CaptureCounts,
    /// From the first IPv4 packet to the last; over all packets if none is IPv4. Saturates after 584 years.
    pub length: SimDuration,
    /// Where the capture ends too early, if it does: `in the middle of packet 6, which begins at byte 340`.
    pub cut: Option<String>,
    /// The names of the interfaces that the packets were taken from, in alphabetical order.
    pub taken_from: Vec<String>,
    /// From how many interfaces without a name packets were taken. Not known of formats that know no interfaces: 0.
    pub unnamed: usize,
}

impl Capture {
    /// The counts in words, and whether the file ends too early.
    pub fn lines(&self) -> Vec<(String, u64)> {
        let cut = self.cut.is_some().then(|| ("cut off at the end".to_owned(), 1));
        self.counts.lines().into_iter().chain(cut).collect()
    }
}

/// One IPv4 packet of a capture.
#[derive(Debug, Clone)]
pub struct CapturedFrame {
    /// Nanoseconds since 1970.
    pub time: i128,
    /// From the IPv4 header as far as captured, at most the total length; at least the whole IPv4 header. Shares the
    /// memory of the file.
    pub ip: Bytes,
    /// IPv4 total length; where that field is 0, as segmentation offload leaves it, taken from the length on the wire.
    /// Only then can it exceed the 65,535 bytes that the field holds (`BIG TCP`).
    pub wire_length: u32,
}

/// Reads a capture. If the file ends too early, its whole packets are taken and [`Capture::cut`] says so; a file cut
/// off inside its file header, or damaged anywhere, is an error.
pub fn read(file: Bytes) -> Result<Capture, CaptureError> {
    read_at(file, None)
}

/// The same, but only the packets of the interfaces with this name, if there is one.
pub fn read_at(file: Bytes, interface: Option<&str>) -> Result<Capture, CaptureError> {
    if !gzip::is_compressed(&file) {
        return read_plain(&file, interface);
    }
    let unpacked = gzip::unpack(&file, gzip::UNPACKED_MAX)?;
    let mut capture = match read_plain(&unpacked.bytes, interface) {
        Err(CaptureError::Empty) if !unpacked.is_whole => return Err(CaptureError::Cut),
        read => read?,
    };
    if !unpacked.is_whole {
        capture.cut.get_or_insert_with(|| "in the middle of its gzip stream".to_owned());
    }
    Ok(capture)
}

fn read_plain(file: &Bytes, interface: Option<&str>) -> Result<Capture, CaptureError> {
    let mut collector = Collector::new(file.clone(), interface);
    match file.get(..PCAPNG.len()) {
        Some(start) if start == PCAPNG => blocks::read(file, &mut collector)?,
        _ => records::read(file, &mut collector)?,
    }
    collector.finish()
}

/// Why the lengths in a packet's record are impossible, if they are. A cut file only ends too early; a damaged one
/// states impossible lengths.
fn nonsense(captured: u32, original: u32) -> Option<String> {
    if captured > LONGEST_PACKET {
        return Some(format!("it claims {captured} captured bytes, and no packet is longer than {LONGEST_PACKET}"));
    }
    // Some writers leave the length on the wire at 0.
    (original != 0 && original < captured).then(|| format!("it claims {captured} captured bytes of {original}"))
}

/// The 32-bit word at byte `at`, if it is whole.
fn word(bytes: &[u8], at: usize, order: Endianness) -> Option<u32> {
    let word = bytes.get(at..at + 4)?;
    Some(if order.is_big() { BigEndian::read_u32(word) } else { LittleEndian::read_u32(word) })
}

/// Whether only zeros follow, as in a file whose space was allocated before it was written.
fn is_padding(rest: &[u8]) -> bool {
    rest.iter().all(|byte| *byte == 0)
}
