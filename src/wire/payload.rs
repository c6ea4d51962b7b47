//! Synthetic payload: the byte at offset `i` is `i mod 256`, so its checksum is known without making it. Never stored.

/// The byte at `offset` of every synthetic payload.
pub const fn byte(offset: usize) -> u8 {
    offset as u8
}

/// Internet-checksum sum (RFC 1071, not folded) of payload bytes `[from, to)`; `from` must be even. A last odd byte is
/// padded with zero.
pub fn sum(from: usize, to: usize) -> u64 {
    debug_assert!(from.is_multiple_of(2));
    let length = to.saturating_sub(from);
    let periods = (length / 256) as u64;
    let rest = length % 256;
    let words = |n: usize| -> u64 {
        (0..n)
            .step_by(2)
            .map(|i| {
                let low = if i + 1 < n { byte(from + i + 1) } else { 0 };
                u64::from(u16::from_be_bytes([byte(from + i), low]))
            })
            .sum()
    };
    periods * words(256) + words(rest)
}

/// Folds a sum and complements it: the value of a checksum field.
pub fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// Sum of big-endian words, not folded; a last odd byte is padded with zero.
pub fn sum_bytes(bytes: &[u8]) -> u64 {
    bytes.chunks(2).map(|c| u64::from(u16::from_be_bytes([c[0], c.get(1).copied().unwrap_or(0)]))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_that_of_the_bytes_made() {
        for (from, to) in [(0, 0), (0, 1), (12, 1472), (32, 33), (0, 65_507), (12, 267), (12, 268), (12, 269)] {
            let made: Vec<u8> = (from..to).map(byte).collect();
            assert_eq!(sum(from, to), sum_bytes(&made), "{from}..{to}");
        }
    }
}
