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
    let halves = (sum & 0xffff_ffff) + (sum >> 32);
    let words = (halves & 0xffff) + (halves >> 16 & 0xffff) + (halves >> 32);
    let word = (words & 0xffff) + (words >> 16);
    !((word + (word >> 16)) as u16)
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
}
