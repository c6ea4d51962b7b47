//! Headers as the RFCs define them and captures as files store them: build, parse, checksum, readdress. Knows nothing
//! of clouds, links or virtual time; does no I/O.

pub mod capture;
pub mod icmp;
pub mod ipv4;
pub mod payload;
pub mod rewrite;
pub mod segment;
pub mod tcp;
pub mod tuple;
