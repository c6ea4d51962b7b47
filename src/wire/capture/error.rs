//! Why a capture cannot be read. Single packets that cannot be used are not errors: they are counted.

use super::link;
use pcap_file::DataLink;
use thiserror::Error;

/// Why a capture cannot be read. Offsets are bytes from the start of the file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CaptureError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Neither format begins like this.
    #[error("the file is not a capture: it begins with {start}, and neither pcap nor pcapng does")]
    NotACapture { start: String },
    /// A version nobody has defined.
    #[error("the file is {format} version {version}; only version {known} is known")]
    UnknownVersion { format: &'static str, version: u16, known: u16 },
    /// It ends too early.
    #[error("the capture is cut off in the middle of {item}, which begins at byte {offset}")]
    Cut { item: String, offset: usize },
    /// A field holds what it cannot.
    #[error("the capture is damaged in {item}, which begins at byte {offset}: {reason}")]
    Damaged { item: String, offset: usize, reason: String },
    /// All of it is of one kind of link that is not understood.
    #[error("the packets of the capture are of link type {number}{name}, which cannot be read")]
    UnsupportedLink { number: u32, name: String },
}

impl CaptureError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            CaptureError::Empty => return None,
            CaptureError::NotACapture { start } if start.starts_with("1f 8b") => {
                "it looks like a gzip file; unpack it first".to_owned()
            }
            CaptureError::NotACapture { .. } | CaptureError::UnknownVersion { .. } => {
                "save it as pcap or pcapng, for example with `tcpdump -w` or `editcap -F pcapng`".to_owned()
            }
            CaptureError::Cut { .. } => {
                "copy the file again, or keep its whole packets with `editcap IN OUT`".to_owned()
            }
            CaptureError::Damaged { .. } => "copy the file again, or capture anew".to_owned(),
            CaptureError::UnsupportedLink { .. } => format!("capture on one of: {}", link::SUPPORTED),
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
            return CaptureError::Cut { item: "its header".into(), offset: 0 };
        }
        let start: Vec<String> = file.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        CaptureError::NotACapture { start: start.join(" ") }
    }
}
