//! Unpacks a gzip-compressed file (RFC 1952) in memory, up to a limit. It does not know what the file contains.

use super::{CaptureError, is_padding};
use bytes::Bytes;
use flate2::bufread::GzDecoder;
use std::io::{ErrorKind, Read};

/// 512 MiB: a file of half a megabyte can unpack to that length.
pub(super) const UNPACKED_MAX: u64 = 1 << 29;

/// What was in a compressed file.
#[derive(Debug)]
pub(super) struct Unpacked {
    pub bytes: Bytes,
    /// The compressed file did not end too early.
    pub is_whole: bool,
}

/// First bytes of every member.
const MAGIC: [u8; 2] = [0x1F, 0x8B];

/// Whether a file begins with the gzip magic.
pub(super) fn is_compressed(file: &[u8]) -> bool {
    file.starts_with(&MAGIC)
}

/// All members of the file one after the other, as far as they go; at most `most` bytes. Zeros after the last member,
/// as tapes leave them, are skipped.
///
/// # Errors
/// More than `most` bytes, or a member that is damaged.
pub(super) fn unpack(file: &[u8], most: u64) -> Result<Unpacked, CaptureError> {
    let (mut rest, mut bytes) = (file, Vec::new());
    while !is_padding(rest) {
        let damaged =
            |reason: &str| CaptureError::damaged("its gzip stream".to_owned(), file.len() - rest.len(), reason);
        if !is_compressed(rest) && rest != [MAGIC[0]] {
            return Err(damaged("what follows is not gzip"));
        }
        let mut member = GzDecoder::new(rest).take(most + 1 - bytes.len() as u64);
        let read = member.read_to_end(&mut bytes);
        if bytes.len() as u64 > most {
            return Err(CaptureError::TooLong { most });
        }
        match read {
            Ok(_) => rest = member.into_inner().into_inner(),
            Err(wrong) if wrong.kind() == ErrorKind::UnexpectedEof => {
                return Ok(Unpacked { bytes: bytes.into(), is_whole: false });
            }
            Err(wrong) => return Err(damaged(&wrong.to_string())),
        }
    }
    Ok(Unpacked { bytes: bytes.into(), is_whole: true })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn members_and_padding_behind_them_are_one_file() {
        let file = [packed(b"one "), packed(b"two"), vec![0; 512]].concat();
        let unpacked = unpack(&file, 100).unwrap();
        assert_eq!((&unpacked.bytes[..], unpacked.is_whole), (&b"one two"[..], true));
    }

    #[test]
    fn what_comes_before_a_cut_is_kept() {
        let noise: Vec<u8> = (0..2_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let file = packed(&noise);
        for end in 2..file.len() {
            let part = unpack(&file[..end], 1 << 20).unwrap();
            assert!(!part.is_whole && noise.starts_with(&part.bytes), "{end}");
        }
        assert!(unpack(&file[..file.len() / 2], 1 << 20).unwrap().bytes.len() > 1_000);
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked_and_damage_is_told() {
        let bomb = packed(&vec![0; 1 << 20]);
        assert!(bomb.len() < 2_000);
        assert_eq!(unpack(&bomb, 1 << 20).unwrap().bytes.len(), 1 << 20);
        let error = unpack(&bomb, (1 << 20) - 1).unwrap_err();
        assert_eq!(error, CaptureError::TooLong { most: (1 << 20) - 1 });
        let mut broken = packed(b"a capture");
        let checksum = broken.len() - 8;
        broken[checksum] ^= 1;
        assert!(matches!(unpack(&broken, 100), Err(CaptureError::Damaged { .. })));
        assert!(matches!(unpack(&[packed(b"x"), b"rest".to_vec()].concat(), 100), Err(CaptureError::Damaged { .. })));
    }
}
