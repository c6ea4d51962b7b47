//! Flow logs: who sent how much to whom, window by window, as AWS logs it at every network interface and Tencent's CCN
//! at every link between regions. An observer adds packets up ([`watch`](FlowLog::observer)); between two slices of the
//! run whoever plays it takes the windows that are over ([`FlowLog::take`]). So memory grows with the flows of a window
//! and the packets on their way, not with the run.

mod fields;
mod flow;
mod rows;
mod watch;
mod windows;

pub use fields::{Fields, WrongFields};
pub use watch::FlowLog;
pub use windows::Length;

/// Where flows are logged, and in which shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// At the interfaces of hosts, with these fields.
    Aws(Fields),
    /// On the links of peerings, with the fields of CCN.
    Ccn,
}

/// What our logs add to every record, and how they are known.
const DROP_CODE: &str = "x-drop-code";

/// The comment in the header of a compressed log (RFC 1952), by which it is known.
pub const GZIP_COMMENT: &str = "vpcsim flow log";

impl Format {
    /// The first line of a log.
    pub fn header(&self) -> String {
        match self {
            Format::Aws(fields) => fields.header(),
            Format::Ccn => Fields::ccn().header(),
        }
    }

    /// Whether a text begins as a log of any fields, compressed or not.
    pub fn begins(text: &str) -> bool {
        if text.starts_with('\u{1f}') {
            return text.contains(GZIP_COMMENT);
        }
        let words = text.lines().next().and_then(|line| line.strip_suffix(DROP_CODE));
        words.is_some_and(|words| Fields::of_header(words.trim_end()))
    }
}
