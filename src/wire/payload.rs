//! Synthetic payload: the byte at offset `i` is `i mod 256`, so its checksum is known without building it. Never
//! stored.

/// The byte at `offset` of every synthetic payload.
pub const fn byte(offset: usize) -> u8 {
    offset as u8
}

/// Appends the bytes `[from, to)` of every synthetic payload.
pub fn append(from: usize, to: usize, into: &mut Vec<u8>) {
    const CYCLE: [u8; 256] = {
        let mut cycle = [0; 256];
        let mut at = 0;
        while at < cycle.len() {
            cycle[at] = byte(at);
            at += 1;
        }
        cycle
    };
    let mut at = from;
    while at < to {
        let part = &CYCLE[at % CYCLE.len()..];
        let part = &part[..part.len().min(to - at)];
        into.extend_from_slice(part);
        at += part.len();
    }
}

/// Internet-checksum sum (RFC 1071, not folded) of payload bytes `[from, to)`; `from` must be even. A last odd byte is
/// padded with zero. In closed form: word `n` of the payload is `257 · (2n mod 256) + 1`.
#[inline]
pub fn sum(from: usize, to: usize) -> u64 {
    debug_assert!(from.is_multiple_of(2));
    if to <= from {
        return 0;
    }
    // The sum of `n mod 128` over the first `words` words.
    let before = |words: u64| words / 128 * (127 * 64) + words % 128 * (words % 128).saturating_sub(1) / 2;
    let (first, end) = (from as u64 / 2, to as u64 / 2);
    let odd = if to.is_multiple_of(2) { 0 } else { u64::from(byte(to - 1)) << 8 };
    514 * (before(end) - before(first)) + (end - first) + odd
}

/// Folds a sum and complements it: the value of a checksum field.
#[inline]
pub fn fold(sum: u64) -> u16 {
    // The upper half of a number and the same with its halves exchanged, added, is the sum of both with its carry.
    fold_short((sum.wrapping_add(sum.rotate_left(32)) >> 32) as u32)
}

/// The same for a sum of fewer than 65,536 words.
#[inline]
pub fn fold_short(sum: u32) -> u16 {
    !((sum.wrapping_add(sum.rotate_left(16)) >> 16) as u16)
}

/// A sum that folds to the same as that of both, carries and all: any 64 bits are as good as the sum of their words.
#[inline]
pub fn add(sum: u64, number: u64) -> u64 {
    let (both, carries) = sum.overflowing_add(number);
    both + u64::from(carries)
}

/// The sum of the four words of a number, not folded: two at a time.
#[inline]
pub fn sum_words(number: u64) -> u64 {
    const EVERY_OTHER: u64 = 0x0000_ffff_0000_ffff;
    let pairs = (number & EVERY_OTHER) + (number >> 16 & EVERY_OTHER);
    (pairs & 0xffff_ffff) + (pairs >> 32)
}

/// Sum of big-endian words, not folded; a last odd byte is padded with zero.
#[inline]
pub fn sum_bytes(bytes: &[u8]) -> u64 {
    bytes.chunks(2).map(|c| u64::from(u16::from_be_bytes([c[0], c.get(1).copied().unwrap_or(0)]))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_appended_as_each_is() {
        for (from, to) in [(0, 0), (0, 256), (5, 3), (1, 1_480), (255, 257), (300, 65_507)] {
            let mut made = vec![7];
            append(from, to, &mut made);
            assert!(made[0] == 7 && made[1..].iter().copied().eq((from..to).map(byte)), "{from}..{to}");
        }
    }

    #[test]
    fn the_sum_is_that_of_the_bytes_made() {
        let some = [(0, 0), (0, 1), (12, 1472), (32, 33), (0, 65_507), (12, 267), (12, 268), (12, 269), (8, 4)];
        let all = (0..600).flat_map(|to| [(0, to), (8, to), (254, to)]);
        for (from, to) in some.into_iter().chain(all) {
            let made: Vec<u8> = (from..to).map(byte).collect();
            assert_eq!(sum(from, to), sum_bytes(&made), "{from}..{to}");
        }
    }

    /// Against RFC 1071 word by word: a sum of 0 stays 0, any other multiple of 0xffff does not.
    #[test]
    fn a_sum_is_folded_with_all_its_carries() {
        let dull = |mut sum: u128| {
            while sum > 0xffff {
                sum = (sum & 0xffff) + (sum >> 16);
            }
            !(sum as u16)
        };
        let ends = [0, 1, 0xfffe, 0xffff, 0x1_0000, 0x1_fffe, u64::MAX >> 32, 1 << 32, u64::MAX - 1, u64::MAX];
        let some = (0..300u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let numbers: Vec<u64> = ends.into_iter().chain(ends.map(u64::swap_bytes)).chain(some).collect();
        for a in &numbers {
            assert_eq!(fold(*a), dull((*a).into()), "{a:#x}");
            for b in &numbers {
                assert_eq!(fold(add(*a, *b)), dull(u128::from(*a) + u128::from(*b)), "{a:#x} + {b:#x}");
            }
        }
    }
}
