//! One segment as the state machines see it: numbers and options, no bytes. Headers are made of it elsewhere.
//!
//! Sequence numbers count from the beginning of a connection and do not wrap: the SYN is 0, the first byte 1. On the
//! wire they are [`on_wire`].

use crate::units::SimTime;

/// Ranges of sequence numbers that arrived beyond the acknowledgment (RFC 2018): the latest first, at most four, which
/// is what fits into a header. Each as its distance from the acknowledgment and its length, of which none is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Blocks([(u32, u32); BLOCKS]);

/// The most ranges in a header; beside a timestamp it is one less.
pub const BLOCKS: usize = 4;

impl Blocks {
    /// The first four of these ranges, `start..end`, beyond the acknowledgment `after`.
    pub fn new(after: u64, ranges: impl Iterator<Item = (u64, u64)>) -> Blocks {
        let mut blocks = Blocks::default();
        for (block, (start, end)) in blocks.0.iter_mut().zip(ranges) {
            *block = ((start - after) as u32, (end - start) as u32);
        }
        blocks
    }

    /// Only the first `count` of them.
    pub fn first(mut self, count: usize) -> Blocks {
        self.0[count..].fill((0, 0));
        self
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0[0].1 == 0
    }

    /// The ranges beyond the acknowledgment `after`.
    pub fn ranges(&self, after: u64) -> impl Iterator<Item = (u64, u64)> + use<> {
        let filled = self.0.into_iter().take_while(|(_, length)| *length > 0);
        filled.map(move |(ahead, length)| (after + u64::from(ahead), after + u64::from(ahead) + u64::from(length)))
    }
}

/// Bits of the header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    /// Opens a connection.
    pub syn: bool,
    /// The sender's data ends here.
    pub fin: bool,
    /// There is no such connection.
    pub rst: bool,
    /// Congestion was experienced on the way here (RFC 3168).
    pub ece: bool,
    /// The window was reduced for it.
    pub cwr: bool,
}

/// The same in one byte, for what is compared and moved often.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FlagByte(u8);

impl From<Flags> for FlagByte {
    fn from(Flags { syn, fin, rst, ece, cwr }: Flags) -> FlagByte {
        let bits = [syn, fin, rst, ece, cwr].into_iter().rev();
        FlagByte(bits.fold(0, |byte, bit| byte << 1 | u8::from(bit)))
    }
}

impl From<FlagByte> for Flags {
    fn from(FlagByte(byte): FlagByte) -> Flags {
        let [syn, fin, rst, ece, cwr] = std::array::from_fn(|at| byte >> at & 1 > 0);
        Flags { syn, fin, rst, ece, cwr }
    }
}

/// A segment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Segment {
    /// Number of the SYN, of the first byte, or of what would be sent next.
    pub sequence: u64,
    /// Payload in bytes.
    pub length: u32,
    /// Bits.
    pub flags: Flags,
    /// The next number that is expected from the other side; 0 in the first SYN.
    pub acknowledged: u64,
    /// How many bytes beyond that may be sent.
    pub window: u32,
    /// What arrived beyond it.
    pub blocks: Blocks,
    /// Of an acknowledgment: when the segment that caused it was sent; 0 if none did. A model's stand-in for what a
    /// sender remembers of each segment.
    pub caused: SimTime,
    /// Whether its data was sent before.
    pub is_again: bool,
}

/// A segment without flags and without ranges, from a side whose window is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plain {
    /// Number of the first byte, or of what would be sent next.
    pub sequence: u64,
    /// The next number that is expected from the other side.
    pub acknowledged: u64,
    /// Of an acknowledgment: when the segment that caused it was sent.
    pub caused: SimTime,
    /// Payload in bytes.
    pub length: u32,
}

impl Segment {
    /// What it says beside its flags, if it opens nothing, resets nothing and tells no ranges.
    #[inline]
    pub fn plain(&self) -> Option<Plain> {
        let &Segment { sequence, acknowledged, caused, length, .. } = self;
        let Flags { syn, rst, .. } = self.flags;
        let is_plain = !syn && !rst && acknowledged > 0 && self.blocks.is_empty();
        is_plain.then_some(Plain { sequence, acknowledged, caused, length })
    }

    /// How many sequence numbers it takes.
    pub fn span(&self) -> u64 {
        u64::from(self.length) + u64::from(self.flags.syn) + u64::from(self.flags.fin)
    }

    /// The number after its last.
    pub fn end(&self) -> u64 {
        self.sequence + self.span()
    }
}

/// A number as the header has it, for a connection that began with `initial`.
pub fn on_wire(number: u64, initial: u32) -> u32 {
    initial.wrapping_add(number as u32)
}

/// The number that a header means: the nearest to `near`, not below 0.
pub fn off_wire(number: u32, initial: u32, near: u64) -> u64 {
    let ahead = number.wrapping_sub(on_wire(near, initial)) as i32;
    near.checked_add_signed(ahead.into()).unwrap_or(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_survive_in_a_byte() {
        let all: Vec<Flags> = (0..32).map(|byte| Flags::from(FlagByte(byte))).collect();
        for (byte, flags) in (0..).zip(&all) {
            assert_eq!(FlagByte::from(*flags), FlagByte(byte));
            assert_eq!(all.iter().filter(|other| *other == flags).count(), 1, "{flags:?}");
        }
        assert_eq!(FlagByte::from(Flags::default()), FlagByte::default());
    }

    #[test]
    fn numbers_survive_the_wire_wherever_it_wraps() {
        for initial in [0, 1, u32::MAX, 0x8000_0000] {
            for near in [0, 1_000, u64::from(u32::MAX) - 5, 1 << 33] {
                for off in [-900i64, -1, 0, 1, 1_000_000, 1 << 30] {
                    let Some(number) = near.checked_add_signed(off) else { continue };
                    assert_eq!(off_wire(on_wire(number, initial), initial, near), number, "{initial} {near} {off}");
                }
            }
        }
    }
}
