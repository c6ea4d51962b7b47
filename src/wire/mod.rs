//! Headers as the RFCs have them: build, parse, checksum. Knows nothing of clouds, links or time.

pub mod icmp;
pub mod ipv4;
pub mod payload;
