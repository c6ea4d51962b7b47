//! A capture mapped onto hosts. Which captured address is which host is decided here; reading the file is `wire`'s.

use crate::model::plan::Replay;
use crate::model::{HostId, Network};
use crate::units::SimDuration;
use bytes::Bytes;
use std::net::Ipv4Addr;

/// How captured addresses become hosts.
pub(super) struct Mapping {
    /// Captured sources without an entry in `map`, in order of first appearance, take these hosts in turn.
    pub from: Vec<HostId>,
    /// Captured destinations likewise.
    pub to: Vec<HostId>,
    /// Captured address -> host.
    pub map: Vec<(Ipv4Addr, HostId)>,
    /// Longer silences are shortened to this.
    pub max_gap: Option<SimDuration>,
}

/// The packets of a capture, ready to be sent by the hosts they are mapped to.
///
/// # Errors
/// A sentence: what in the file or the mapping keeps it from being replayed.
pub(super) fn replay(file: &Bytes, mapping: &Mapping, network: &Network) -> Result<Replay, String> {
    let known = mapping.map.iter().map(|(_, host)| host).chain(&mapping.from).chain(&mapping.to);
    let hosts = known.map(|host| network.host_name(*host)).collect::<Vec<_>>().join(", ");
    let gap = mapping.max_gap.map(|gap| format!(" with silences up to {gap}")).unwrap_or_default();
    Err(format!("captures cannot be replayed yet ({} bytes onto {hosts}{gap})", file.len()))
}
