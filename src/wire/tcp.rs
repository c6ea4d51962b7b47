//! TCP headers (RFC 9293 §3.1) with the options that connections use (RFC 2018, 7323), for packets with synthetic
//! payload. Options begin behind the 40 bytes that a packet record carries. Knows no connection.

use super::ipv4::{Addressing, HEAD, IPV4_HEADER, write_header};
use super::payload;
use pnet::packet::ip::IpNextHeaderProtocols;

/// A TCP header without options.
pub const TCP_HEADER: usize = 20;
/// The option of timestamps, padded.
pub const TIMESTAMPS_LENGTH: usize = 12;
/// The most bytes of options.
pub const OPTIONS_MAX: usize = 40;

/// Kinds of options.
const NO_OPERATION: u8 = 1;
const MSS: u8 = 2;
const WINDOW_SCALE: u8 = 3;
const SACK_PERMITTED: u8 = 4;
const SACK: u8 = 5;
const TIMESTAMPS: u8 = 8;

/// By how many bits a window is scaled (RFC 7323 §2.2).
pub fn scale(window: u32) -> u8 {
    (0..=14).find(|scale| window >> scale <= 65_535).unwrap_or(14)
}

/// The numbers of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Of the first byte.
    pub sequence: u32,
    /// The next that is expected from the other side.
    pub acknowledgment: u32,
}

impl Numbers {
    fn word(self) -> u64 {
        u64::from(self.sequence) << 32 | u64::from(self.acknowledgment)
    }
}

/// What a header says, options and numbers aside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Header {
    /// Source and destination port.
    pub ports: (u16, u16),
    /// The bits of [`flags`].
    pub flags: u8,
    /// Window, as the header has it: scaled down.
    pub window: u16,
    /// The bits of congestion in the IPv4 header (RFC 3168 §5).
    pub congestion: u8,
}

/// What comes behind a header without options: these, and synthetic payload.
#[derive(Debug, Clone, Copy)]
pub struct Behind {
    /// Their lengths, in bytes.
    options: u8,
    payload: u16,
    /// The sum of their words, not folded.
    sum: u64,
}

impl Behind {
    /// Options, and `payload` bytes.
    pub fn new(options: &Options, payload: u16) -> Behind {
        let sum = payload::sum_bytes(options.as_bytes()) + payload::sum(0, payload.into());
        Behind { options: options.length, payload, sum }
    }

    /// IPv4 total length.
    pub fn total(&self) -> u16 {
        HEAD as u16 + u16::from(self.options) + self.payload
    }
}

/// Bits of a header.
pub mod flags {
    /// No more data.
    pub const FIN: u8 = 1;
    /// Opens.
    pub const SYN: u8 = 2;
    /// Resets.
    pub const RST: u8 = 4;
    /// Hand it to the application.
    pub const PSH: u8 = 8;
    /// The acknowledgment number counts.
    pub const ACK: u8 = 16;
    /// Congestion was experienced (RFC 3168).
    pub const ECE: u8 = 64;
    /// The window was reduced for it.
    pub const CWR: u8 = 128;
}

/// The options of a header, padded to words of four bytes.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    bytes: [u8; OPTIONS_MAX],
    length: u8,
}

impl Options {
    /// None.
    pub const NONE: Options = Options { bytes: [0; OPTIONS_MAX], length: 0 };

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Adds those of a SYN: maximum segment size, whether ranges are told, and by how many bits windows are scaled.
    pub fn syn(self, mss: u16, tells_ranges: bool, scale: u8) -> Options {
        let [high, low] = mss.to_be_bytes();
        let options = self.with(&[MSS, 4, high, low]);
        let options =
            if tells_ranges { options.with(&[NO_OPERATION, NO_OPERATION, SACK_PERMITTED, 2]) } else { options };
        options.with(&[NO_OPERATION, WINDOW_SCALE, 3, scale])
    }

    /// Adds timestamps: the sender's, and the one that it echoes.
    pub fn timestamps(self, value: u32, echo: u32) -> Options {
        let numbers = (u64::from(value) << 32 | u64::from(echo)).to_be_bytes();
        self.with(&[NO_OPERATION, NO_OPERATION, TIMESTAMPS, 10]).with(&numbers)
    }

    /// Adds ranges that arrived, as many as there is room for.
    pub fn ranges(self, ranges: impl Iterator<Item = (u32, u32)>) -> Options {
        let room = (OPTIONS_MAX - usize::from(self.length)).saturating_sub(4) / 8;
        let mut options = self.with(&[NO_OPERATION, NO_OPERATION, SACK, 2]);
        let kind = usize::from(self.length) + 3;
        for (start, end) in ranges.take(room) {
            options = options.with(&(u64::from(start) << 32 | u64::from(end)).to_be_bytes());
            options.bytes[kind] += 8;
        }
        if options.bytes[kind] == 2 { self } else { options }
    }

    fn with(mut self, more: &[u8]) -> Options {
        let at = usize::from(self.length);
        self.bytes[at..at + more.len()].copy_from_slice(more);
        self.length += more.len() as u8;
        self
    }
}

/// The heads of TCP packets between two addresses: what they have in common is written and summed once.
#[derive(Debug, Clone)]
pub struct Template {
    head: [u8; HEAD],
    /// The same in words.
    words: [u64; HEAD / 8],
    /// The sums of the IPv4 header and of TCP's pseudo header, without what differs.
    sums: (u64, u64),
}

impl Template {
    /// For packets with this addressing.
    pub fn new(to: Addressing) -> Template {
        let mut head = [0; HEAD];
        write_header(&mut head, to, IpNextHeaderProtocols::Tcp, 0, 0);
        head[10..12].fill(0);
        let pseudo_header = payload::sum_bytes(&head[12..20]) + u64::from(IpNextHeaderProtocols::Tcp.0);
        let word = |at: usize| head[8 * at..8 * at + 8].iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        let sums = (payload::sum_bytes(&head[..IPV4_HEADER]), pseudo_header);
        Template { head, words: std::array::from_fn(word), sums }
    }

    /// What all heads have in common, for a packet that only asks for its way.
    pub fn probe(&self) -> [u8; HEAD] {
        self.head
    }

    /// The heads of packets that differ in their numbers alone.
    #[inline]
    pub fn heads(&self, header: &Header, behind: &Behind) -> Heads {
        let ports = u64::from(header.ports.0) << 16 | u64::from(header.ports.1);
        let offset = (TCP_HEADER as u64 + u64::from(behind.options)) / 4;
        let rest = offset << 28 | u64::from(header.flags) << 16 | u64::from(header.window);
        let (total, congestion) = (u64::from(behind.total()), u64::from(header.congestion));
        let differ = [congestion << 48 | total << 32, 0, ports, 0, rest << 32];
        let written = payload::sum_words(ports << 32 | rest);
        let length = total - IPV4_HEADER as u64;
        Heads {
            words: std::array::from_fn(|at| self.words[at] | differ[at]),
            // Of ten words, so that 32 bits hold the first.
            sums: ((self.sums.0 + congestion + total) as u32, self.sums.1 + length + written + behind.sum),
        }
    }

    /// Writes the checksums of a head, whose options these are.
    pub fn complete(&self, head: &mut [u8; HEAD], options: &Options) {
        let options = options.as_bytes();
        let word = |at: usize| u64::from(u16::from_be_bytes([head[at], head[at + 1]]));
        // The first word has the bits of congestion, which the template has not.
        let (total, identification) = (word(2), word(4));
        let congestion = u64::from(head[1]) - u64::from(self.head[1]);
        let checksum = payload::fold(self.sums.0 + congestion + total + identification);
        let length = total - IPV4_HEADER as u64;
        let behind = payload::sum_bytes(options) + payload::sum(0, length as usize - TCP_HEADER - options.len());
        let number = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&head[at..at + 8]);
            payload::sum_words(u64::from_be_bytes(bytes))
        };
        let written = number(20) + number(28);
        head[10..12].copy_from_slice(&checksum.to_be_bytes());
        let checksum = payload::fold(self.sums.1 + length + written + behind);
        head[36..38].copy_from_slice(&checksum.to_be_bytes());
    }
}

/// The heads of packets that differ in their numbers alone: those of TCP, and the identification of IPv4.
#[derive(Debug, Clone, Copy)]
pub struct Heads {
    /// The bytes of the head in words, and the sums of the IPv4 and the TCP header, without what differs.
    words: [u64; HEAD / 8],
    sums: (u32, u64),
}

impl Heads {
    /// The same between other ports: these were made with both 0.
    #[inline]
    pub fn between(&self, ports: (u16, u16)) -> Heads {
        let ports = u64::from(ports.0) << 16 | u64::from(ports.1);
        let [first, second, third, fourth, fifth] = self.words;
        Heads { words: [first, second, third | ports, fourth, fifth], sums: (self.sums.0, self.sums.1 + ports) }
    }

    /// A head, both checksums right.
    #[inline]
    pub fn head(&self, numbers: Numbers, identification: u16) -> [u8; HEAD] {
        let ipv4 = payload::fold_short(self.sums.0 + u32::from(identification));
        let tcp = payload::fold(payload::add(self.sums.1, numbers.word()));
        self.with(numbers, identification, (ipv4, tcp))
    }

    /// The same without checksums, for a packet that nobody looks at.
    pub fn bare(&self, numbers: Numbers, identification: u16) -> [u8; HEAD] {
        self.with(numbers, identification, (0, 0))
    }

    #[inline]
    fn with(&self, numbers: Numbers, identification: u16, (ipv4, tcp): (u16, u16)) -> [u8; HEAD] {
        let [first, second, third, fourth, fifth] = self.words;
        let words = [
            first | u64::from(identification) << 16,
            second | u64::from(ipv4) << 32,
            third,
            fourth | numbers.word(),
            fifth | u64::from(tcp) << 16,
        ];
        let mut head = [0; HEAD];
        for (bytes, word) in head.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        head
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ipv4;
    use pnet::packet::Packet;
    use pnet::packet::tcp::{self, TcpOptionNumbers, TcpPacket};
    use std::net::Ipv4Addr;

    const TO: Addressing =
        Addressing { source: Ipv4Addr::new(192, 168, 1, 10), destination: Ipv4Addr::new(10, 0, 1, 10), ttl: 64 };

    const NUMBERS: Numbers = Numbers { sequence: 0xfedc_ba98, acknowledgment: 7 };

    fn whole(options: Options, length: u16) -> Vec<u8> {
        let header =
            Header { ports: (49_152, 5_001), flags: flags::ACK | flags::PSH, window: 65_535, congestion: ipv4::ECT_0 };
        let template = Template::new(TO);
        let behind = Behind::new(&options, length);
        let heads = template.heads(&header, &behind);
        let without = template.heads(&Header { ports: (0, 0), ..header }, &behind);
        assert_eq!(without.between(header.ports).head(NUMBERS, 9), heads.head(NUMBERS, 9));
        let mut bytes = heads.head(NUMBERS, 9).to_vec();
        let mut completed = heads.bare(NUMBERS, 9);
        template.complete(&mut completed, &options);
        assert_eq!(bytes, completed);
        bytes.extend(options.as_bytes());
        bytes.extend((0..usize::from(length)).map(payload::byte));
        bytes
    }

    #[test]
    fn checksums_agree_with_pnet_whatever_the_options() {
        let ranges = |n| [(1, 2), (0xffff_ff00, 5), (7, 8), (9, 10)].into_iter().take(n);
        let syn = Options::NONE.syn(1_460, true, 7);
        let some = [Options::NONE, syn, syn.timestamps(1, 2), Options::NONE.timestamps(3, 0xffff_ffff)];
        let told =
            (0..=4).flat_map(|n| [Options::NONE.ranges(ranges(n)), Options::NONE.timestamps(5, 6).ranges(ranges(n))]);
        for options in some.into_iter().chain(told) {
            for length in [0, 1, 2, 535, 1_460, 8_960] {
                let bytes = whole(options, length);
                assert_eq!(ipv4::check(&bytes, bytes.len()), Ok(bytes.len() as u16));
                let tcp = TcpPacket::new(&bytes[IPV4_HEADER..]).expect("long enough");
                assert_eq!(tcp.get_checksum(), tcp::ipv4_checksum(&tcp, &TO.source, &TO.destination), "{options:?}");
                assert_eq!(tcp.payload().len(), usize::from(length), "{options:?}");
            }
        }
    }

    #[test]
    fn options_are_read_as_they_were_meant() {
        let of = |options: Options| -> Vec<(u8, Vec<u8>)> {
            let bytes = whole(options, 0);
            let tcp = TcpPacket::new(&bytes[IPV4_HEADER..]).expect("long enough");
            let all = tcp.get_options_iter();
            let real = all.filter(|option| option.get_number() != TcpOptionNumbers::NOP);
            real.map(|option| (option.get_number().0, option.payload().to_vec())).collect()
        };
        assert_eq!(of(Options::NONE.syn(1_460, true, 7)), [(2, vec![5, 180]), (4, vec![]), (3, vec![7])]);
        let ranges = [(1, 2), (3, 4), (5, 6), (7, 8)];
        let told = of(Options::NONE.timestamps(9, 8).ranges(ranges.into_iter()));
        assert_eq!((told[0].0, told[1].0, told[1].1.len()), (8, 5, 24), "three fit beside timestamps");
        assert_eq!(of(Options::NONE.ranges(ranges.into_iter()))[0].1.len(), 32);
        assert!(of(Options::NONE.ranges(std::iter::empty())).is_empty());
    }
}
