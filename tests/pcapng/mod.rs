//! A dull reader of the pcapng files that the program writes, byte by byte as the format's draft says; and checksums.
//! It shares nothing with the program's own reader and writer.
#![allow(dead_code, reason = "each test target takes what it needs")]

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// A file.
#[derive(Debug, Clone, Default)]
pub struct File {
    pub application: String,
    pub interfaces: Vec<Interface>,
    pub names: BTreeMap<Ipv4Addr, Vec<String>>,
    pub packets: Vec<Packet>,
    /// By interface.
    pub statistics: Vec<Statistics>,
}

#[derive(Debug, Clone)]
pub struct Interface {
    pub name: String,
    pub link: u16,
    pub snap: u32,
    pub resolution: u8,
    pub speed: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// The name of its interface.
    pub at: String,
    pub stamp: u64,
    pub length: u32,
    pub bytes: Vec<u8>,
    /// `in` or `out`.
    pub way: &'static str,
    pub id: u64,
    pub verdict: Option<String>,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    pub start: u64,
    pub end: u64,
    pub received: u64,
    pub dropped: u64,
    pub accepted: u64,
    pub written: u64,
    pub comment: Option<String>,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_of(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("eight bytes"))
}

/// Two words, the high one first.
fn stamp_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) << 32 | u64::from(u32_at(bytes, at + 4))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// Options by code, up to the mark of their end, which must be the last four bytes.
fn options(bytes: &[u8]) -> BTreeMap<u16, Vec<u8>> {
    let mut options = BTreeMap::new();
    let mut at = 0;
    loop {
        let (code, length) = (u16_at(bytes, at), usize::from(u16_at(bytes, at + 2)));
        if code == 0 {
            assert_eq!((length, at + 4), (0, bytes.len()), "the end of the options");
            return options;
        }
        assert!(options.insert(code, bytes[at + 4..at + 4 + length].to_vec()).is_none(), "option {code} twice");
        at += 4 + length.next_multiple_of(4);
    }
}

/// Reads a file of one section.
pub fn read(bytes: &[u8]) -> File {
    let mut file = File::default();
    let mut at = 0;
    while at < bytes.len() {
        let (kind, length) = (u32_at(bytes, at), u32_at(bytes, at + 4) as usize);
        assert_eq!((length % 4, u32_at(bytes, at + length - 4) as usize), (0, length), "the block at byte {at}");
        file.take(kind, &bytes[at + 8..at + length - 4], at);
        at += length;
    }
    file
}

impl File {
    fn take(&mut self, kind: u32, body: &[u8], at: usize) {
        match kind {
            0x0A0D_0D0A => {
                assert_eq!(at, 0, "one section");
                assert_eq!((u32_at(body, 0), u16_at(body, 4), u16_at(body, 6)), (0x1A2B_3C4D, 1, 0));
                self.application = text(&options(&body[16..])[&4]);
            }
            1 => {
                let options = options(&body[8..]);
                self.interfaces.push(Interface {
                    name: text(&options[&2]),
                    link: u16_at(body, 0),
                    snap: u32_at(body, 4),
                    resolution: options[&9][0],
                    speed: options.get(&8).map(|speed| u64_of(speed)),
                });
            }
            4 => self.take_names(body),
            5 => {
                let options = options(&body[12..]);
                let number = |code: u16| u64_of(&options[&code]);
                assert_eq!(u32_at(body, 0) as usize, self.statistics.len(), "statistics of all, in order");
                self.statistics.push(Statistics {
                    start: stamp_at(&options[&2], 0),
                    end: stamp_at(&options[&3], 0),
                    received: number(4),
                    dropped: number(5),
                    accepted: number(6),
                    written: number(8),
                    comment: options.get(&1).map(|comment| text(comment)),
                });
            }
            6 => {
                let captured = u32_at(body, 12) as usize;
                let options = options(&body[20 + captured.next_multiple_of(4)..]);
                self.packets.push(Packet {
                    at: self.interfaces[u32_at(body, 0) as usize].name.clone(),
                    stamp: stamp_at(body, 4),
                    length: u32_at(body, 16),
                    bytes: body[20..20 + captured].to_vec(),
                    way: ["", "in", "out"][u32_at(&options[&2], 0) as usize],
                    id: u64_of(&options[&5]),
                    verdict: options.get(&7).map(|verdict| text(&verdict[1..])),
                    comment: options.get(&1).map(|comment| text(comment)),
                });
            }
            other => panic!("a block of type {other} at byte {at}"),
        }
    }

    fn take_names(&mut self, body: &[u8]) {
        let mut at = 0;
        loop {
            let (kind, length) = (u16_at(body, at), usize::from(u16_at(body, at + 2)));
            let value = &body[at + 4..at + 4 + length];
            at += 4 + length.next_multiple_of(4);
            if kind == 0 {
                return assert_eq!(at, body.len(), "no options");
            }
            let names = value[4..].split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(text).collect();
            self.names.insert(Ipv4Addr::new(value[0], value[1], value[2], value[3]), names);
        }
    }

    /// The packets at an interface.
    pub fn at<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Packet> {
        self.packets.iter().filter(move |packet| packet.at == name)
    }

    /// How many packets ended in each way.
    pub fn verdicts(&self) -> BTreeMap<String, u64> {
        let mut verdicts = BTreeMap::new();
        self.packets.iter().flat_map(|packet| &packet.verdict).for_each(|verdict| {
            *verdicts.entry(verdict.clone()).or_default() += 1;
        });
        verdicts
    }
}

/// The sum of big-endian words in ones' complement.
fn sum(words: &[&[u8]]) -> u32 {
    let mut sum = 0;
    for bytes in words {
        for word in bytes.chunks(2) {
            sum += u32::from(word[0]) << 8 | u32::from(word.get(1).copied().unwrap_or(0));
            sum = (sum & 0xffff) + (sum >> 16);
        }
    }
    sum
}

/// What is wrong with the lengths and checksums of a whole packet, if anything.
pub fn wrong(ip: &[u8]) -> Option<String> {
    let header = usize::from(ip[0] & 15) * 4;
    let total = usize::from(u16::from_be_bytes([ip[2], ip[3]]));
    if total != ip.len() {
        return Some(format!("{total} bytes by its header, {} in the file", ip.len()));
    }
    if sum(&[&ip[..header]]) != 0xffff {
        return Some("the checksum of IPv4".to_owned());
    }
    let rest = &ip[header..];
    let length = (rest.len() as u16).to_be_bytes();
    let sum = match ip[9] {
        1 => sum(&[rest]),
        6 | 17 => sum(&[&ip[12..20], &[0, ip[9]], &length, rest]),
        _ => return None,
    };
    (sum != 0xffff).then(|| format!("the checksum of protocol {}", ip[9]))
}
