//! Why a capture cannot be read. Single packets that cannot be used are counted and are not errors.

use super::link;
use crate::units::ByteSize;
use pcap_file::DataLink;
use thiserror::Error;

const SAVE: &str = "save it as pcap or pcapng, for example with `tcpdump -w` or `editcap -F pcapng`";

/// How many interfaces a hint lists.
const NAMED: usize = 8;

/// Why a capture cannot be read. Offsets are bytes from the start of the file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CaptureError {
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// The file begins like neither format.
    #[error("the file is not a capture: it begins with {start}, and neither pcap nor pcapng does")]
    NotACapture { start: String },
    /// A version nobody has defined.
    #[error("the file is {format} version {version}; only version {known} is known")]
    UnknownVersion { format: &'static str, version: u16, known: u16 },
    /// The file ends inside its header, so that nothing of it is known.
    #[error("the capture is cut off in the middle of its header")]
    Cut,
    /// It is compressed, and unpacks to more than the limit in memory.
    #[error("the capture unpacks to more than {}", ByteSize::from_bytes(*most))]
    TooLong { most: u64 },
    /// A field holds an impossible value.
    #[error("the capture is damaged in {item}, which begins at byte {offset}: {reason}")]
    Damaged { item: String, offset: usize, reason: String },
    /// All packets are of one link type that is not supported.
    #[error("the packets of the capture are of link type {number}{name}, which cannot be read")]
    UnsupportedLink { number: u32, name: String },
    /// The interface that was asked for is not there. Only pcapng names interfaces.
    #[error("the capture has no interface `{name}`")]
    NoInterface { name: String, names: Vec<String> },
}

impl CaptureError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            CaptureError::Empty => return None,
            CaptureError::NotACapture { start } => match archive(start) {
                Some(archive) => {
                    format!("it looks like a {archive} file; unpack it first (only gzip is unpacked here)")
                }
                None => SAVE.to_owned(),
            },
            CaptureError::UnknownVersion { .. } => SAVE.to_owned(),
            CaptureError::TooLong { .. } => "unpack it yourself; plain captures may be of any length".to_owned(),
            CaptureError::Cut | CaptureError::Damaged { .. } => "copy the file again, or capture anew".to_owned(),
            CaptureError::UnsupportedLink { .. } => format!("capture on one of: {}", link::SUPPORTED),
            CaptureError::NoInterface { names, .. } if names.is_empty() => {
                "its interfaces have no names; leave `interface` out to replay all".to_owned()
            }
            CaptureError::NoInterface { names, .. } => {
                let some: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
                let more = if names.len() > NAMED { ", …" } else { "" };
                format!("it has {}{more}", some.join(", "))
            }
        };
        Some(hint)
    }

    pub(super) fn damaged(item: String, offset: usize, reason: impl Into<String>) -> CaptureError {
        CaptureError::Damaged { item, offset, reason: reason.into() }
    }

    pub(super) fn unsupported(number: u32) -> CaptureError {
        let name = match DataLink::from(number) {
            DataLink::Unknown(_) => String::new(),
            known => format!(" ({known:?})"),
        };
        CaptureError::UnsupportedLink { number, name }
    }

    /// Says why no file header could be read.
    pub(super) fn no_header(file: &[u8]) -> CaptureError {
        const MAGICS: [[u8; 4]; 5] = [
            [0xA1, 0xB2, 0xC3, 0xD4],
            [0xD4, 0xC3, 0xB2, 0xA1],
            [0xA1, 0xB2, 0x3C, 0x4D],
            [0x4D, 0x3C, 0xB2, 0xA1],
            super::PCAPNG,
        ];
        if file.is_empty() {
            return CaptureError::Empty;
        }
        if MAGICS.iter().any(|magic| file.starts_with(magic)) {
            return CaptureError::Cut;
        }
        let start: Vec<String> = file.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        CaptureError::NotACapture { start: start.join(" ") }
    }
}

/// The archive format that begins with these bytes.
fn archive(start: &str) -> Option<&'static str> {
    let known = [("28 b5 2f fd", "zstd"), ("fd 37 7a 58", "xz"), ("42 5a 68", "bzip2"), ("50 4b", "zip")];
    known.into_iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, name)| name)
}
