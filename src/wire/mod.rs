//! Packets as the RFCs have them: capture files read, addresses rewritten. It knows nothing of clouds: no VPC, no host,
//! no route; of the rest of the house it knows only [`crate::units`].

pub mod capture;
mod rewrite;

pub use rewrite::readdress;
