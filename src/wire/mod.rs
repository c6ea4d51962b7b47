//! Headers as the RFCs have them and captures as files have them: build, parse, checksum, readdress. Knows nothing of
//! clouds, links or virtual time; does no I/O.

pub mod capture;
pub mod icmp;
pub mod ipv4;
pub mod payload;
pub mod rewrite;
pub mod segment;
