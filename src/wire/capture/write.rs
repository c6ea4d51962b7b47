//! Writes a pcapng file (draft-ietf-opsawg-pcapng) block by block: one section, little-endian, packets of raw IPv4 with
//! stamps in nanoseconds. It keeps nothing but the block being made, and decides nothing about what is written.
//!
//! `pcap-file` has a writer, but it leaves out the options of a packet that matter here (its id, its verdict) and swaps
//! the halves of the stamps of statistics.

use byteorder::{LittleEndian, WriteBytesExt};
use pcap_file::DataLink;
use pcap_file::pcapng::blocks::{
    ENHANCED_PACKET_BLOCK, INTERFACE_DESCRIPTION_BLOCK, NAME_RESOLUTION_BLOCK, SECTION_HEADER_BLOCK,
};
use std::io::{self, Write};
use std::net::Ipv4Addr;

/// The one block whose type `pcap-file` does not name.
const INTERFACE_STATISTICS_BLOCK: u32 = 5;

/// Options of every block.
const END: u16 = 0;
const COMMENT: u16 = 1;
/// Of the section.
const APPLICATION: u16 = 4;
/// Of an interface.
const NAME: u16 = 2;
const DESCRIPTION: u16 = 3;
const ADDRESS: u16 = 4;
const SPEED: u16 = 8;
const RESOLUTION: u16 = 9;
const OFFSET: u16 = 14;
/// Of a packet.
const FLAGS: u16 = 2;
const PACKET_ID: u16 = 5;
const VERDICT: u16 = 7;
/// Of statistics.
const START_TIME: u16 = 2;
const END_TIME: u16 = 3;
const RECEIVED: u16 = 4;
const DROPPED: u16 = 5;
const ACCEPTED: u16 = 6;
const DELIVERED: u16 = 8;

/// The first octet of a verdict: by hardware, which defines the octets that follow. Ours are a word.
const BY_HARDWARE: u8 = 0;
/// Stamps count nanoseconds.
const NANOSECONDS: u8 = 9;
/// A record of names for an IPv4 address, and the last record.
const NAMES_OF_IPV4: u16 = 1;
const LAST_NAMES: u16 = 0;
/// How many bytes of names a block has at most, roughly: far fewer than a reader refuses.
const NAMES_MAX: usize = 1 << 20;
/// The most bytes of an option or of one address's names that are written; a longer text is cut.
const TEXT_MAX: usize = 60_000;

/// Where packets are seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// What it is, in words.
    pub description: String,
    /// Its address and mask, if it has one.
    pub address: Option<(Ipv4Addr, Ipv4Addr)>,
    /// Bits per second, if something limits it.
    pub speed: Option<u64>,
}

/// Which way a packet passes an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Way {
    /// Inbound.
    In = 1,
    /// Outbound.
    Out = 2,
}

/// One packet at an interface.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The number of its interface, from 0 in the order in which they were described.
    pub interface: u32,
    /// Nanoseconds since 1970, less the offset of the section.
    pub stamp: u64,
    /// The same at every interface.
    pub id: u64,
    /// Which way it passes.
    pub way: Way,
    /// Its bytes from the IPv4 header on, as many as are kept.
    pub bytes: &'a [u8],
    /// Its length on the wire.
    pub length: u32,
    /// How it ended here, in a word, if it did.
    pub verdict: Option<&'a str>,
    /// A remark.
    pub comment: Option<&'a str>,
}

/// What passed an interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Packets that were seen.
    pub received: u64,
    /// Of these, those that ended there.
    pub dropped: u64,
    /// Those that the filter let through.
    pub accepted: u64,
    /// Those that are in the file.
    pub written: u64,
}

/// A file being written: one section.
pub struct Section<W> {
    out: W,
    block: Vec<u8>,
    snap: u32,
    /// Seconds to be added to every stamp.
    offset: i64,
}

impl<W: Write> Section<W> {
    /// Begins a file whose packets are kept up to `snap` bytes (0: as they are), and whose stamps count from `offset`
    /// seconds after 1970. The application comes first in the file, so that its files can be known by their beginning.
    ///
    /// # Errors
    /// Those of the writer; likewise below.
    pub fn begin(out: W, application: &str, comment: &str, (snap, offset): (u32, i64)) -> io::Result<Section<W>> {
        let mut section = Section { out, block: Vec::new(), snap, offset };
        section.block.write_u32::<LittleEndian>(0x1A2B_3C4D)?;
        section.block.write_u16::<LittleEndian>(1)?;
        section.block.write_u16::<LittleEndian>(0)?;
        section.block.write_i64::<LittleEndian>(-1)?; // its length is not known yet
        section.text(APPLICATION, application)?;
        section.text(COMMENT, comment)?;
        section.end(SECTION_HEADER_BLOCK)?;
        Ok(section)
    }

    /// Describes the next interface.
    pub fn interface(&mut self, interface: &Interface) -> io::Result<()> {
        // Not RAW, of which libpcap takes only one interface: it gives it another number than the file does.
        self.block.write_u16::<LittleEndian>(u32::from(DataLink::IPV4) as u16)?;
        self.block.write_u16::<LittleEndian>(0)?;
        self.block.write_u32::<LittleEndian>(self.snap)?;
        self.text(NAME, &interface.name)?;
        self.text(DESCRIPTION, &interface.description)?;
        if let Some((address, mask)) = interface.address {
            self.option(ADDRESS, &[address.octets(), mask.octets()].concat())?;
        }
        if let Some(speed) = interface.speed {
            self.option(SPEED, &speed.to_le_bytes())?;
        }
        self.option(RESOLUTION, &[NANOSECONDS])?;
        if self.offset != 0 {
            self.option(OFFSET, &self.offset.to_le_bytes())?;
        }
        self.end(INTERFACE_DESCRIPTION_BLOCK)
    }

    /// Writes which names each address has, in as many blocks as that needs.
    pub fn names<'a>(&mut self, all: impl Iterator<Item = (Ipv4Addr, &'a [String])>) -> io::Result<()> {
        for (address, names) in all {
            let mut value = address.octets().to_vec();
            for name in names.iter().take_while(|name| name.len() < TEXT_MAX) {
                if value.len() + name.len() < TEXT_MAX {
                    value.extend_from_slice(name.as_bytes());
                    value.push(0);
                }
            }
            self.option(NAMES_OF_IPV4, &value)?;
            if self.block.len() > NAMES_MAX {
                self.end_names()?;
            }
        }
        if self.block.is_empty() { Ok(()) } else { self.end_names() }
    }

    fn end_names(&mut self) -> io::Result<()> {
        self.option(LAST_NAMES, &[])?;
        self.write(NAME_RESOLUTION_BLOCK)
    }

    /// Writes a packet.
    pub fn packet(&mut self, seen: &Seen<'_>) -> io::Result<()> {
        self.block.write_u32::<LittleEndian>(seen.interface)?;
        self.stamp(seen.stamp)?;
        self.block.write_u32::<LittleEndian>(seen.bytes.len() as u32)?;
        self.block.write_u32::<LittleEndian>(seen.length)?;
        self.block.extend_from_slice(seen.bytes);
        self.pad();
        if let Some(comment) = seen.comment {
            self.text(COMMENT, comment)?;
        }
        self.option(FLAGS, &(seen.way as u32).to_le_bytes())?;
        self.option(PACKET_ID, &seen.id.to_le_bytes())?;
        if let Some(verdict) = seen.verdict {
            self.option(VERDICT, &[&[BY_HARDWARE], verdict.as_bytes()].concat())?;
        }
        self.end(ENHANCED_PACKET_BLOCK)
    }

    /// Writes what passed an interface between two stamps.
    pub fn statistics(
        &mut self,
        interface: u32,
        (start, end): (u64, u64),
        statistics: &Statistics,
        comment: Option<&str>,
    ) -> io::Result<()> {
        self.block.write_u32::<LittleEndian>(interface)?;
        self.stamp(end)?;
        if let Some(comment) = comment {
            self.text(COMMENT, comment)?;
        }
        for (code, stamp) in [(START_TIME, start), (END_TIME, end)] {
            let halves = [((stamp >> 32) as u32).to_le_bytes(), (stamp as u32).to_le_bytes()];
            self.option(code, &halves.concat())?;
        }
        let Statistics { received, dropped, accepted, written } = *statistics;
        for (code, count) in [(RECEIVED, received), (DROPPED, dropped), (ACCEPTED, accepted), (DELIVERED, written)] {
            self.option(code, &count.to_le_bytes())?;
        }
        self.end(INTERFACE_STATISTICS_BLOCK)
    }

    /// Ends the file.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    /// The high half first, whatever the byte order.
    fn stamp(&mut self, stamp: u64) -> io::Result<()> {
        self.block.write_u32::<LittleEndian>((stamp >> 32) as u32)?;
        self.block.write_u32::<LittleEndian>(stamp as u32)
    }

    fn text(&mut self, code: u16, text: &str) -> io::Result<()> {
        let end = (0..=text.len().min(TEXT_MAX)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        self.option(code, &text.as_bytes()[..end])
    }

    fn option(&mut self, code: u16, value: &[u8]) -> io::Result<()> {
        self.block.write_u16::<LittleEndian>(code)?;
        self.block.write_u16::<LittleEndian>(value.len() as u16)?;
        self.block.extend_from_slice(value);
        self.pad();
        Ok(())
    }

    fn pad(&mut self) {
        self.block.resize(self.block.len().next_multiple_of(4), 0);
    }

    /// Ends the options, and writes the block.
    fn end(&mut self, kind: u32) -> io::Result<()> {
        self.option(END, &[])?;
        self.write(kind)
    }

    fn write(&mut self, kind: u32) -> io::Result<()> {
        let length = (self.block.len() as u32 + 12).to_le_bytes();
        self.out.write_all(&[kind.to_le_bytes(), length].concat())?;
        self.out.write_all(&self.block)?;
        self.out.write_all(&length)?;
        self.block.clear();
        Ok(())
    }
}
